/// Benchmarks of throughput, latency, CPU time and memory. Not part of the tarball.
@NullMarked
package org.o365relay.bench;

import org.jspecify.annotations.NullMarked;
