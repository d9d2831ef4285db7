/** Runs a command in a Linux container: rootless, no daemon needed, no cgroups touched. */
module io.nsrun {
  requires com.fasterxml.jackson.core;
  requires static com.github.luben.zstd_jni;
  requires jdk.unsupported;
  requires org.apache.commons.exec;
  requires org.slf4j;
  requires static org.tukaani.xz;

  exports io.nsrun.api;
}
