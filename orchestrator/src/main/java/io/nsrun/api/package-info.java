/**
 * What a Java program sees of nsrun: the only package that the module {@code io.nsrun} exports. No
 * type of another package stands in a signature here.
 *
 * <p>Unless a method says otherwise, it does not block, and an argument that is null, or has an
 * element that is, throws a {@link NullPointerException}. What else is wrong with a container is
 * told when it is started, all of it by one {@link io.nsrun.api.ContainerException}. Values are
 * immutable, and may be used by several threads and for several containers.
 */
package io.nsrun.api;
