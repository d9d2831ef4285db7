package io.nsrun.plan.explain;

/**
 * What an option does that no step tells: it happens in the JVM, before the first step or after the
 * last.
 *
 * @param option its name
 * @param text sentences
 */
public record OptionNote(String option, String text) {}
