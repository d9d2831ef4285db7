package io.nsrun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.cli.OptionDialect;
import io.nsrun.launch.UserDatabase;
import io.nsrun.plan.facts.Resolved;
import io.nsrun.spec.Groups;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Root;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.User;
import io.nsrun.spec.UserNamespace;
import io.nsrun.spec.UserRef;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResolutionTest {
  private static final UserDatabase USERS =
      new UserDatabase(
          "root:x:0:0::/root:/bin/sh\nann:x:1000:100::/home/ann:/bin/sh\n", "wheel:x:10:ann\n");

  private final SpecProblems problems = new SpecProblems();
  private Caller caller;

  @BeforeEach
  void call() throws IOException {
    caller = Caller.of(Map.of("HOME", "/home/me"), "/work");
  }

  private static Spec.Builder builder(UserRef user, Groups groups, Map<String, String> env) {
    return Spec.builder()
        .root(Root.directory("/tree"))
        .process(new ProcessSpec(List.of("true"), env, "/", user, groups, null, true, 022, false));
  }

  private Resolved find(Spec.Builder builder) throws IOException {
    return Lookups.find(builder.build(), "/tree", caller, USERS, problems);
  }

  private Resolved find(UserRef user, Groups groups) throws IOException {
    return find(builder(user, groups, Map.of("PATH", "/bin")));
  }

  @Test
  void theUserIsLookedUpInTheContainer() throws IOException {
    Resolved found = find(new UserRef.Named("ann"), Groups.NONE);

    assertThat(problems.isEmpty()).isTrue();
    assertThat(found.user()).isEqualTo(new User(1000, 100, List.of(10L)));
    assertThat(found.env())
        .containsExactly(Map.entry("PATH", "/bin"), Map.entry("HOME", "/home/ann"));
  }

  @Test
  void whoeverIsToHaveAHostNameGetsOneAndItsVariable() throws IOException {
    Map<String, String> asked = Map.of("container", "nsrun");

    Resolved madeUp = find(builder(UserRef.UNSPECIFIED, Groups.NONE, asked).hostname(null));
    assertThat(madeUp.hostname()).isEqualTo(Lookups.HOSTNAME);
    assertThat(madeUp.env())
        .containsExactly(
            Map.entry("HOME", "/root"),
            Map.entry("HOSTNAME", Lookups.HOSTNAME),
            Map.entry("container", "nsrun"));
    assertThat(find(builder(UserRef.UNSPECIFIED, Groups.NONE, asked).hostname("box")))
        .extracting(Resolved::hostname, found -> found.env().get("HOSTNAME"))
        .containsExactly("box", "box");
    assertThat(find(builder(UserRef.UNSPECIFIED, Groups.NONE, asked).hostname("")).env())
        .doesNotContainKey("HOSTNAME");
    assertThat(
            find(builder(UserRef.UNSPECIFIED, Groups.NONE, Map.of("HOSTNAME", "x")).hostname("y"))
                .env())
        .containsEntry("HOSTNAME", "x");
  }

  @Test
  void aUserByNumbersIsTakenAsItIs() throws IOException {
    User user = new User(1000, 7, List.of(8L));

    assertThat(find(UserRef.of(user), Groups.NONE).user()).isEqualTo(user);
    assertThat(find(UserRef.of(user), Groups.KEPT).user())
        .isEqualTo(new User(1000, 7, List.of(), true));
  }

  @Test
  void groupsAreLookedUpAndAddedOnce() throws IOException {
    Groups groups = new Groups(List.of("wheel", "7", "10"), false);

    assertThat(find(new UserRef.Named("ann"), groups).user().additionalGids())
        .containsExactly(10L, 7L);
    assertThat(find(UserRef.UNSPECIFIED, groups).user())
        .isEqualTo(new User(0, 0, List.of(10L, 7L)));
    assertThat(find(UserRef.UNSPECIFIED, groups).env()).containsEntry("HOME", "/root");
  }

  @Test
  void whoeverIsUnknownIsAProblemAndNeverRoot() throws IOException {
    find(new UserRef.Named("bob"), new Groups(List.of("nobody"), false));

    assertThat(problems.list())
        .extracting(problem -> problem.in(OptionDialect.OPTIONS))
        .satisfiesExactly(
            text ->
                assertThat(text).startsWith("--user: no user 'bob' in the container's /etc/passwd"),
            text ->
                assertThat(text).startsWith("--group-add: no group 'nobody' in the container's"));
  }

  @Test
  void usersAreOnlyLookedUpIfSomebodyAsks() {
    Spec.Builder none = builder(UserRef.UNSPECIFIED, Groups.NONE, Map.of());
    assertThat(Resolution.needsUsers(none.build())).isFalse();
    assertThat(Resolution.needsUsers(builder(UserRef.of(User.ROOT), Groups.KEPT, Map.of()).build()))
        .isFalse();
    assertThat(
            Resolution.needsUsers(builder(new UserRef.Named("0"), Groups.NONE, Map.of()).build()))
        .isTrue();
    none.user(UserNamespace.of(UserNamespace.Mode.KEEP_ID));
    assertThat(Resolution.needsUsers(none.build())).isTrue();
  }

  @Test
  void whoeverKeepsHisIdIsTheCallerInside() throws IOException {
    Resolved found =
        find(
            builder(UserRef.UNSPECIFIED, Groups.NONE, Map.of())
                .user(UserNamespace.of(UserNamespace.Mode.KEEP_ID)));

    assertThat(found.user()).isEqualTo(new User(caller.uid(), caller.gid(), List.of()));
    assertThat(found.env()).containsEntry("HOME", USERS.home(caller.uid()));
  }

  @Test
  void theHomeIsTheUsersUnlessItWasGiven() throws IOException {
    assertThat(find(UserRef.UNSPECIFIED, Groups.NONE).env()).containsEntry("HOME", "/root");
    assertThat(find(builder(UserRef.UNSPECIFIED, Groups.NONE, Map.of("HOME", "/x"))).env())
        .containsExactly(Map.entry("HOME", "/x"));
  }

  @Test
  void inTheHostsFilesTheHomeIsTheCallers() throws IOException {
    Spec spec = builder(UserRef.UNSPECIFIED, Groups.NONE, Map.of()).root(Root.ofHost()).build();

    assertThat(Lookups.find(spec, "/", caller, USERS, problems).env())
        .containsEntry("HOME", "/home/me");
  }
}
