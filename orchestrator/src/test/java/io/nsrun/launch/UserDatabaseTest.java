package io.nsrun.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.User;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserDatabaseTest {
  private static final UserDatabase USERS =
      new UserDatabase(
          """
          root:x:0:0:root:/root:/bin/sh
          # no entry
          broken
          ann:x:1000:100:Ann:/home/ann:/bin/sh
          1001:x:7:8::/seven:/bin/sh
          homeless:x:9:9::relative:/bin/sh
          huge:x:99999999999:0::/:/bin/sh
          minus:x:-1:0::/:/bin/sh
          empty:x:::::
          """,
          """
          root:x:0:
          wheel:x:10:root,ann
          staff:x:20:ann
          mine:x:100:ann
          annex:x:30:annex
          broken:x:ann
          2000:x:40:
          """);

  private static UserDatabase.Login find(String text) throws ExplainedException {
    return USERS.find(text);
  }

  @Test
  void aNameHasTheGroupsOfBothFiles() throws ExplainedException {
    assertThat(find("ann"))
        .isEqualTo(new UserDatabase.Login(new User(1000, 100, List.of(10L, 20L)), "/home/ann"));
  }

  @Test
  void aNumberIsTakenForANameFirst() throws ExplainedException {
    assertThat(find("1001")).isEqualTo(new UserDatabase.Login(new User(7, 8, List.of()), "/seven"));
  }

  @Test
  void aNumberOfAKnownUserHasItsGroupAndHome() throws ExplainedException {
    assertThat(find("1000")).isEqualTo(find("ann"));
  }

  @Test
  void aNumberThatNobodyHasHasGroupZeroAndNoHome() throws ExplainedException {
    assertThat(find("4242")).isEqualTo(new UserDatabase.Login(new User(4242, 0, List.of()), "/"));
  }

  @Test
  void aGivenGroupIsTheOnlyOne() throws ExplainedException {
    assertThat(find("ann:staff").user()).isEqualTo(new User(1000, 20, List.of()));
    assertThat(find("ann:77").user()).isEqualTo(new User(1000, 77, List.of()));
    assertThat(find("5:wheel").user()).isEqualTo(new User(5, 10, List.of()));
    assertThat(find("5:2000").user()).isEqualTo(new User(5, 40, List.of()));
  }

  @Test
  void aHomeThatIsNotAbsoluteIsNone() throws ExplainedException {
    assertThat(find("homeless").home()).isEqualTo("/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "huge",
        "minus",
        "empty",
        "broken",
        "# no entry",
        "bob",
        "-1",
        "+0",
        "0x0",
        "1e3",
        "4294967295",
        "99999999999999999999",
        " 0",
        "٠"
      })
  void whatIsNeitherAKnownNameNorANumberIsRefusedAndNeverRoot(String text) {
    assertThatThrownBy(() -> find(text))
        .isInstanceOf(ExplainedException.class)
        .hasMessage("no user '" + text + "' in the container's /etc/passwd");
  }

  @Test
  void emptyPartsAreRefused() {
    assertThatThrownBy(() -> find("")).hasMessage("the user is empty");
    assertThatThrownBy(() -> find(":wheel")).hasMessage("the user is empty");
    assertThatThrownBy(() -> find("ann:")).hasMessage("the group is empty");
    assertThatThrownBy(() -> find("ann:a:b"))
        .hasMessage("no group 'a:b' in the container's /etc/group");
    assertThatThrownBy(() -> find("ann:broken")).hasMessageContaining("no group 'broken'");
  }

  @Test
  void withoutFilesNumbersStillWork() throws ExplainedException {
    UserDatabase none = new UserDatabase("", "");

    assertThat(none.find("0:0").user()).isEqualTo(User.ROOT);
    assertThat(none.find("5").home()).isEqualTo("/");
    assertThat(none.home(0)).isEqualTo("/");
    assertThatThrownBy(() -> none.find("root")).isInstanceOf(ExplainedException.class);
  }

  @Test
  void aLastLineWithoutAnEndCounts() throws ExplainedException {
    assertThat(new UserDatabase("a:x:1:2::/a", "").find("a").user())
        .isEqualTo(new User(1, 2, List.of()));
  }

  @Test
  @Timeout(10)
  void aUserInMoreGroupsThanCanBeGivenIsToldAtOnce() throws ExplainedException {
    StringBuilder groups = new StringBuilder();
    for (int i = 0; i < 69_000; i++) {
      groups.append("g:x:").append(i).append(":u\n");
    }
    UserDatabase users = new UserDatabase("u:x:5:5::/:", groups.toString());

    assertThatThrownBy(() -> users.find("u"))
        .isInstanceOf(ExplainedException.class)
        .hasMessage("the container's /etc/group has 'u' in 68999 groups");
    assertThat(users.find("u:7").user()).isEqualTo(new User(5, 7, List.of()));
  }

  @Test
  @Timeout(10)
  void aMebibyteWithoutFieldsTakesNoLongerForItsLength() {
    UserDatabase users = new UserDatabase("\n".repeat(1 << 20), "a\n".repeat(1 << 19));

    assertThat(users.home(5)).isEqualTo("/");
    assertThatThrownBy(() -> users.find("u")).hasMessageContaining("no user 'u'");
    assertThatThrownBy(() -> users.find("5:u")).hasMessageContaining("no group 'u'");
  }

  @Test
  void namesAreBytes() throws ExplainedException {
    UserDatabase users = new UserDatabase("n\udcfe:x:1:1::/e:\nn\udcff:x:2:2::/f\udcff:\n", "");

    assertThat(users.find("n\udcff"))
        .isEqualTo(new UserDatabase.Login(new User(2, 2, List.of()), "/f\udcff"));
  }

  @Test
  void whoIsMissingIsAddedAtTheEnd() {
    UserDatabase users =
        new UserDatabase("root:x:0:0::/:/bin/sh\nann:x:5:5::/:", "root:x:0:\nann:x:5:");

    assertThat(users.passwdWith("eve", 1000, 1001))
        .isEqualTo("root:x:0:0::/:/bin/sh\nann:x:5:5::/:\neve:*:1000:1001::/:/bin/sh\n");
    assertThat(users.groupWith("eve", 1001)).isEqualTo("root:x:0:\nann:x:5:\neve:x:1001:\n");
    assertThat(users.passwdWith("ann", 1000, 5)).endsWith("\n1000:*:1000:5::/:/bin/sh\n");
    assertThat(users.groupWith("a:b", 7)).endsWith("\n7:x:7:\n");
    assertThat(users.passwdWith("eve", 5, 1)).isNull();
    assertThat(users.groupWith("eve", 5)).isNull();
    assertThat(new UserDatabase("", "").passwdWith("eve", 1, 2))
        .isEqualTo("eve:*:1:2::/:/bin/sh\n");
  }
}
