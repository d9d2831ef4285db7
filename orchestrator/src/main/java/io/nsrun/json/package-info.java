/**
 * JSON that others wrote and may have got wrong, and JSON of our own.
 *
 * <p>{@link io.nsrun.json.JsonReader} walks through a document and tells each problem with its
 * path, line and column. {@link io.nsrun.json.JsonRecord} describes an object of our own once, for
 * writing and for reading. {@link io.nsrun.json.JsonText} writes what may be shown on a terminal.
 * Jackson's streaming parser and generator are underneath. Nothing here is loaded by a run that
 * neither reads nor writes JSON.
 */
package io.nsrun.json;
