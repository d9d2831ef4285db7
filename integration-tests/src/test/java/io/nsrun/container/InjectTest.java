package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Files of a container whose content comes with the command line. */
class InjectTest extends ContainerTest {
  @ParameterizedTest
  @EnumSource
  void injectPutsATextOrAFileInPlaceThatNobodyCanWrite(Caller caller) throws IOException {
    Path directory = Directories.fresh(caller);
    Path secret = directory.resolve("secret");
    Files.write(secret, new byte[] {'k', 0, (byte) 0xff, '\n'});
    Rootfs.own(secret, caller);
    Command.check(List.of("chmod", "600", secret.toString()));

    Result result =
        sh(
            Nsrun.as(caller).in(directory),
            "cat /etc/motd; echo; od -An -tx1 /run/key; stat -c %a:%u:%g /etc/motd /run/key;"
                + " echo x >>/etc/motd; chmod 777 /run/key; rm /run/key",
            "--inject",
            "/etc/motd=a=b",
            "--inject=/run/key=@secret");

    assertThat(result.lines()).containsExactly("a=b", " 6b 00 ff 0a", "444:0:0", "444:0:0");
    assertThat(result.errors()).hasSize(3);
    assertThat(result.errors().get(0)).contains("Read-only file system");
    assertThat(result.errors().get(1)).contains("Read-only file system");
    assertThat(result.errors().get(2)).contains("busy");
  }

  @Test
  void theContentIsTheContainersAloneAndInMemory() throws IOException {
    Path tree = Rootfs.tree(Caller.ROOT);

    Result result =
        Nsrun.as(Caller.ROOT)
            .run(
                "--inject=/etc/marker=from memory",
                "--inject=/new/file=",
                tree.toString(),
                "sh",
                "-c",
                "cat /etc/marker; stat -c %s /new/file; stat -f -c %T /etc/marker");

    assertThat(result.orFail().lines()).containsExactly("from memory0", "tmpfs");
    assertThat(Files.readString(tree.resolve("etc/marker"))).isEqualTo("of the test");
    assertThat(tree.resolve("new/file")).isEmptyFile();
  }

  /** In a directory of the caller's, where only nsrun can prevent it. */
  @ParameterizedTest
  @CsvSource({"ROOT, victim", "ROOT, none", "PLAIN, victim", "PLAIN, none"})
  void aLinkOfTheRootLeadsNowhereOutside(Caller caller, String target) throws IOException {
    Path outside = Directories.fresh(caller);
    Path victim = Files.writeString(outside.resolve("victim"), "safe");
    Rootfs.own(victim, caller);
    Path tree = Rootfs.tree(caller);
    Files.delete(tree.resolve("etc/marker"));
    Files.createSymbolicLink(tree.resolve("etc/marker"), outside.resolve(target));

    Nsrun.as(caller).run("--inject=/etc/marker=evil", tree.toString(), "true");

    assertThat(Files.readString(victim)).isEqualTo("safe");
    assertThat(outside.toFile().list()).containsExactly("victim");
  }

  @Test
  void aMebibyteIsTheMost() throws IOException {
    Path directory = Directories.fresh(Caller.PLAIN);
    Files.write(directory.resolve("most"), new byte[1 << 20]);
    Files.write(directory.resolve("more"), new byte[(1 << 20) + 1]);
    Nsrun nsrun = Nsrun.as(Caller.PLAIN).in(directory);

    assertThat(sh(nsrun, "stat -c %s /data", "--ephemeral", "--inject=/data=@most").orFail().text())
        .isEqualTo("1048576");
    assertThat(sh(nsrun, "true", "--inject=/data=@more").err())
        .isEqualTo(
            "nsrun: --inject: /data has more than 1 MiB (that is the most; mount the file with"
                + " --volume)\n");
    assertThat(sh(nsrun, "true", "--inject=/data=@none").err())
        .isEqualTo("nsrun: --inject: none: no such file\n");
    assertThat(sh(nsrun, "true", "--inject=/data").err())
        .contains("--inject: \"/data\" is not PATH=TEXT or PATH=@FILE");
    assertThat(Nsrun.as(Caller.PLAIN).nsrun("explain", "--inject=/data=text").orFail().out())
        .contains("of 4 bytes (mode 0444");
  }
}
