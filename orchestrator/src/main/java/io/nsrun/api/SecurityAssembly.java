package io.nsrun.api;

import io.nsrun.engine.Caller;
import io.nsrun.engine.ProfileFile;
import io.nsrun.spec.Blob;
import io.nsrun.spec.Capabilities;
import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.Masks;
import io.nsrun.spec.Preferences;
import io.nsrun.spec.ProcMode;
import io.nsrun.spec.Property;
import io.nsrun.spec.Seccomp;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.Sysctl;
import io.nsrun.spec.Text;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts {@link Security} into a {@link Spec}. What is wrong with it is collected. */
final class SecurityAssembly {
  private final Security.Values security;
  private final Caller caller;
  private final SpecProblems problems;

  SecurityAssembly(Security security, Caller caller, SpecProblems problems) {
    this.security = security.values();
    this.caller = caller;
    this.problems = problems;
  }

  /** Blocks while a profile is read. */
  void apply(Spec.Builder builder) {
    ids(builder);
    privileges(builder);
    if (!security.masked.isEmpty() || !security.unmasked.isEmpty() || security.unmaskAll) {
      builder.masks(new Masks(security.masked, security.unmasked, security.unmaskAll));
    }
    builder.proc(ProcMode.valueOf(security.proc.name()));
    for (Map.Entry<String, String> sysctl : security.sysctls.entrySet()) {
      try {
        builder.sysctl(Sysctl.parse(sysctl.getKey() + "=" + sysctl.getValue()));
      } catch (IllegalArgumentException e) {
        problems.add(SpecField.SYSCTL, e.getMessage(), "");
      }
    }
  }

  private void ids(Spec.Builder builder) {
    List<IdMapping> uids = maps(security.uidMap);
    List<IdMapping> gids = maps(security.gidMap);
    if (uids.isEmpty() && gids.isEmpty()) {
      builder.user(
          io.nsrun.spec.UserNamespace.of(
              io.nsrun.spec.UserNamespace.Mode.valueOf(security.userNamespace.name())));
      return;
    }
    if (security.userNamespace != UserNamespace.AUTO
        && security.userNamespace != UserNamespace.PRIVATE) {
      problems.add(
          SpecField.USER_NAMESPACE,
          Text.of(
              security.userNamespace, " can't have ", SpecField.UID_MAP, " or ", SpecField.GID_MAP),
          Text.of("leave one of them out"));
    }
    if (gids.isEmpty()) {
      problems.tellOnce(SpecField.GID_MAP, SpecField.UID_MAP);
    } else if (uids.isEmpty()) {
      problems.tellOnce(SpecField.UID_MAP, SpecField.GID_MAP);
    }
    builder.user(
        io.nsrun.spec.UserNamespace.explicit(
            uids.isEmpty() ? gids : uids, gids.isEmpty() ? uids : gids));
  }

  private static List<IdMapping> maps(List<Security.IdRange> given) {
    List<IdMapping> maps = new ArrayList<>(given.size());
    for (Security.IdRange range : given) {
      maps.add(new IdMapping(range.inside(), range.outside(), range.count()));
    }
    return maps;
  }

  private void privileges(Spec.Builder builder) {
    CapabilitySet add = capabilities(security.addedCapabilities);
    CapabilitySet drop = capabilities(security.droppedCapabilities);
    builder
        .capabilities(new Capabilities(add, drop, false))
        .noNewPrivileges(security.noNewPrivileges)
        .seccomp(seccomp());
    for (FileRule rule : security.landlock) {
      builder.landlock(rule.toSpec());
      if (!rule.toSpec().path().startsWith("/")) {
        problems.add(
            SpecField.LANDLOCK,
            "\"" + rule.toSpec().path() + "\" is not absolute",
            "begin it with /");
      }
    }
    for (IsolationProperty property : security.required) {
      if (security.preferred.contains(property)) {
        problems.add(SpecField.REQUIRE, property + " is preferred, too", "keep one of the two");
      }
    }
    if (security.preferred.contains(IsolationProperty.SECCOMP)) {
      problems.add(
          SpecField.PREFER,
          IsolationProperty.SECCOMP + " is there or asked away, never less",
          Text.of("leave it out, or use ", SpecField.SECCOMP.with("unconfined")));
    }
    builder.preferences(
        new Preferences(properties(security.required), properties(security.preferred)));
  }

  private static Set<Property> properties(Set<IsolationProperty> given) {
    Set<Property> properties = EnumSet.noneOf(Property.class);
    for (IsolationProperty property : given) {
      properties.add(Property.valueOf(property.name()));
    }
    return properties;
  }

  private CapabilitySet capabilities(List<String> names) {
    CapabilitySet set = CapabilitySet.NONE;
    for (String name : names) {
      if (name.equalsIgnoreCase("ALL")) {
        set = CapabilitySet.ALL;
        continue;
      }
      try {
        set = set.plus(Capability.parse(name));
      } catch (IllegalArgumentException e) {
        problems.add(SpecField.CAPABILITIES, e.getMessage(), "");
      }
    }
    return set;
  }

  private Seccomp seccomp() {
    if (security.seccomp.path() == null) {
      return security.seccomp == SeccompProfile.unconfined() ? Seccomp.UNCONFINED : Seccomp.DEFAULT;
    }
    String file = new HostPaths(caller).text(security.seccomp.path(), SpecField.SECCOMP, problems);
    try {
      return ProfileFile.read(caller, file);
    } catch (ExplainedException e) {
      problems.add(SpecField.SECCOMP, e.text(), e.remedy());
      return new Seccomp.Profile(file, Blob.EMPTY);
    }
  }
}
