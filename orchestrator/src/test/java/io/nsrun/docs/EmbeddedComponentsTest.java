package io.nsrun.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.docs.EmbeddedComponents.Component;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddedComponentsTest {
  private static final Component BUSYBOX =
      Component.parse("busybox-static 1:1.35.0-4+deb12u1 arm64 debian-12");
  private static final Component MUSL = Component.parse("musl-dev 1.2.3-1 amd64 debian-12");

  private static final String BOM =
      """
      {
        "metadata" : {
          "tools" : {
            "components" : [ ]
          }
        },
        "components" : [
          {
            "name" : "assets"
          }
        ],
        "dependencies" : [
          {
            "ref" : "pkg:maven/io.nsrun/assets@1?type=jar",
            "dependsOn" : [ ]
          },
          {
            "ref" : "pkg:maven/io.nsrun/nsinit@1?type=jar",
            "dependsOn" : [
              "another"
            ]
          }
        ]
      }
      """;

  @Test
  void aPackageUrlHasWhatScannersLookFor() {
    assertThat(BUSYBOX.purl())
        .isEqualTo(
            "pkg:deb/debian/busybox-static@1%3A1.35.0-4%2Bdeb12u1?arch=arm64&distro=debian-12");
  }

  @Test
  void componentsAreListedAndUsedByTheArtefactThatHoldsThem() throws IOException {
    assertThat(EmbeddedComponents.added(BOM, List.of(BUSYBOX, MUSL)))
        .isEqualTo(
            """
            {
              "metadata" : {
                "tools" : {
                  "components" : [ ]
                }
              },
              "components" : [
                {
                  "type" : "application",
                  "bom-ref" : "%1$s",
                  "name" : "busybox-static",
                  "version" : "1:1.35.0-4+deb12u1",
                  "description" : "the embedded root file system, for arm64",
                  "scope" : "required",
                  "licenses" : [
                    {
                      "license" : {
                        "id" : "GPL-2.0-only"
                      }
                    }
                  ],
                  "purl" : "%1$s"
                },
                {
                  "type" : "library",
                  "bom-ref" : "%2$s",
                  "name" : "musl-dev",
                  "version" : "1.2.3-1",
                  "description" : "the C library that nsinit is linked with, for amd64",
                  "scope" : "required",
                  "licenses" : [
                    {
                      "license" : {
                        "id" : "MIT"
                      }
                    }
                  ],
                  "purl" : "%2$s"
                },
                {
                  "name" : "assets"
                }
              ],
              "dependencies" : [
                {
                  "ref" : "pkg:maven/io.nsrun/assets@1?type=jar",
                  "dependsOn" : [
                    "%1$s"
                  ]
                },
                {
                  "ref" : "pkg:maven/io.nsrun/nsinit@1?type=jar",
                  "dependsOn" : [
                    "%2$s",
                    "another"
                  ]
                }
              ]
            }
            """
                .formatted(BUSYBOX.purl(), MUSL.purl()));
  }

  @Test
  void aBillWithoutAPlaceForOneIsRefused() {
    assertThatThrownBy(
            () -> EmbeddedComponents.added(BOM.replace("nsrun/nsinit@", "x@"), List.of(MUSL)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
