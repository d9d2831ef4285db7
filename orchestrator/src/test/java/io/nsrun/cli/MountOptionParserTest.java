package io.nsrun.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.spec.Bytes;
import io.nsrun.spec.Mount;
import io.nsrun.spec.MountOptions;
import io.nsrun.spec.SpecField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountOptionParserTest {
  private static Mount.Bind volume(String text) {
    return (Mount.Bind) MountOptionParser.volume(text, "/usr");
  }

  private static Mount mount(String text) {
    return MountOptionParser.mount(text, "/usr");
  }

  @Test
  void aVolumeIsWritableRecursiveAndWithoutDevicesOrSetuid() {
    assertThat(volume("/a:/b"))
        .isEqualTo(
            new Mount.Bind(
                "/a",
                "/b",
                true,
                Mount.Propagation.PRIVATE,
                new MountOptions(false, true, true, false)));
  }

  @Test
  void everyWordOfAVolumeHasItsEffect() {
    assertThat(volume("/a:/b:ro").options().readOnly()).isTrue();
    assertThat(volume("/a:/b:ro,rw").options().readOnly()).isFalse();
    assertThat(volume("/a:/b:suid").options().noSuid()).isFalse();
    assertThat(volume("/a:/b:suid,nosuid").options().noSuid()).isTrue();
    assertThat(volume("/a:/b:dev").options().noDev()).isFalse();
    assertThat(volume("/a:/b:dev,nodev").options().noDev()).isTrue();
    assertThat(volume("/a:/b:noexec").options().noExec()).isTrue();
    assertThat(volume("/a:/b:noexec,exec").options().noExec()).isFalse();
    assertThat(volume("/a:/b:bind").recursive()).isFalse();
    assertThat(volume("/a:/b:bind,rbind").recursive()).isTrue();
    assertThat(volume("/a:/b:rslave").propagation()).isEqualTo(Mount.Propagation.SLAVE);
    assertThat(volume("/a:/b:shared").propagation()).isEqualTo(Mount.Propagation.SHARED);
    assertThat(volume("/a:/b:shared,rprivate").propagation()).isEqualTo(Mount.Propagation.PRIVATE);
  }

  @Test
  void ownersAreTranslatedOrNotAsAsked() {
    assertThat(volume("/a:/b").idmap()).isEqualTo(Mount.Idmap.AUTO);
    assertThat(volume("/a:/b:idmap").idmap()).isEqualTo(Mount.Idmap.ON);
    assertThat(volume("/a:/b:ro,noidmap").idmap()).isEqualTo(Mount.Idmap.OFF);
    assertThat(((Mount.Bind) mount("type=bind,src=/a,dst=/b,noidmap")).idmap())
        .isEqualTo(Mount.Idmap.OFF);
  }

  @Test
  void everyOptionOfAVolumeIsOneOfAMountToo() {
    for (String option :
        "ro,rw,suid,nosuid,dev,nodev,noexec,exec,bind,rbind,private,rprivate,slave,rslave,shared,rshared,idmap,noidmap"
            .split(",", -1)) {
      Mount.Bind volume = volume("/a:/b:" + option);

      assertThat(mount("type=bind,src=/a,dst=/b," + option))
          .as(option)
          .isEqualTo(
              new Mount.Bind(
                  "/a",
                  "/b",
                  volume.recursive(),
                  volume.propagation(),
                  volume.idmap(),
                  volume.options(),
                  SpecField.MOUNT));
    }
  }

  @Test
  void aTmpfsOfMountMayBeSizedAsOneOfTmpfs() {
    Mount.Tmpfs tmpfs = (Mount.Tmpfs) mount("type=tmpfs,dst=/b,size=64k,mode=700");

    assertThat(tmpfs.size()).isEqualTo(new Bytes(65536));
    assertThat(tmpfs.mode()).isEqualTo(0700);
    assertThat(tmpfs.options().noExec()).isTrue();
    assertThat(tmpfs.field()).isEqualTo(SpecField.MOUNT);
  }

  @Test
  void aRelativePathOfTheHostBeginsAtTheWorkingDirectory() {
    assertThat(volume("./a:/b").source()).isEqualTo("/usr/./a");
    assertThat(volume("sub/a:/b").source()).isEqualTo("/usr/sub/a");
    assertThat(volume(".:/b").source()).isEqualTo("/usr/.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/a | is not HOST:DIR",
        "/a:/b:ro:x | is not HOST:DIR",
        "data:/b | is the name of a volume, and there are none; for a path write ./data",
        ":/b | has no path of the host",
        "/a:/b:rox | unknown option \"rox\"",
        "/a:/b: | unknown option \"\"",
        "/a:b:/d | unknown option \"/d\"; a path with a colon needs --mount type=bind,source=",
        "/a:/b:z | SELinux labels are not supported",
        "/a:/b:ro,Z | SELinux labels are not supported"
      })
  void aVolumeOfAnotherFormIsRefused(String text, String message) {
    assertThatThrownBy(() -> volume(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aTmpfsIsForEverybodyAndRunsNothing() {
    assertThat(MountOptionParser.tmpfs("/t"))
        .isEqualTo(
            new Mount.Tmpfs("/t", Bytes.ZERO, 01777, new MountOptions(false, true, true, true)));
  }

  @Test
  void aTmpfsTakesSizeModeAndFlags() {
    assertThat(MountOptionParser.tmpfs("/t:size=64m,mode=0700,exec,ro"))
        .isEqualTo(
            new Mount.Tmpfs(
                "/t", Bytes.ofMebi(64), 0700, new MountOptions(true, true, true, false)));
  }

  @Test
  void theLongFormOfABindHasAllOfTheShortOne() {
    Mount.Bind expected =
        new Mount.Bind(
            "/a",
            "/b",
            false,
            Mount.Propagation.SLAVE,
            Mount.Idmap.AUTO,
            new MountOptions(true, true, true, true),
            SpecField.MOUNT);

    assertThat(mount("type=bind,src=/a,dst=/b,ro,noexec,bind-propagation=slave,bind-nonrecursive"))
        .isEqualTo(expected);
    assertThat(
            mount(
                "readonly=true,target=/b,source=/a,type=bind,noexec,bind-recursive=disabled,rslave"))
        .isEqualTo(expected);
    assertThat(mount("type=bind,source=x/y,destination=/b"))
        .isEqualTo(
            new Mount.Bind(
                "/usr/x/y",
                "/b",
                true,
                Mount.Propagation.PRIVATE,
                Mount.Idmap.AUTO,
                MountOptions.DEFAULT,
                SpecField.MOUNT));
  }

  @Test
  void theLongFormOfATmpfsTakesSizeAndMode() {
    assertThat(mount("type=tmpfs,dst=/t,tmpfs-size=1g,tmpfs-mode=755"))
        .isEqualTo(
            new Mount.Tmpfs(
                "/t",
                Bytes.ofMebi(1024),
                0755,
                new MountOptions(false, true, true, true),
                SpecField.MOUNT));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "src=/a,dst=/b | type is bind or tmpfs",
        "type=volume,src=a,dst=/b | type is bind or tmpfs",
        "type=bind,dst=/b | has no src",
        "type=bind,src=/a | has no dst",
        "type=tmpfs | has no dst",
        "type=tmpfs,src=/a,dst=/b | a tmpfs has no src",
        "type=bind,src=/a,dst=/b,tmpfs-size=1m | unknown option \"tmpfs-size=1m\"",
        "type=tmpfs,dst=/b,bind-propagation=slave | unknown option",
        "type=tmpfs,dst=/b,tmpfs-size=many | is no size",
        "type=tmpfs,dst=/b,tmpfs-mode=999 | is no octal number",
        "type=tmpfs,dst=/b,tmpfs-mode= | is no octal number",
        "type=bind,src=/a,dst=/b,bind-propagation=odd | unknown option"
      })
  void aMountOfAnotherFormIsRefused(String text, String message) {
    assertThatThrownBy(() -> mount(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
