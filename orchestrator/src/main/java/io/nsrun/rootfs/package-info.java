/** Root filesystems: the embedded one, directories, and archives, which may be hostile. */
package io.nsrun.rootfs;
