package io.nsrun.plan.explain;

/**
 * What the explanation says about one step.
 *
 * @param key steps with the same key share {@code text}, {@code why} and {@code manual}, which are
 *     told once; neighbours are listed together
 * @param title what is done, without its object
 * @param item the object, with this plan's values
 * @param text what the kernel does
 * @param why why it is here and in this order; may be empty
 * @param manual pages that tell more
 */
record ExplainNote(String key, String title, String item, String text, String why, String manual) {}
