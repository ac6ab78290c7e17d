/// HOCON with positions: sections whose values are looked up in layers, and the problems found in them.
/// Problems of a file are collected, never thrown. The keys are those of `reference.conf`; other packages
/// interpret them.
@NullMarked
package org.o365relay.config.hocon;

import org.jspecify.annotations.NullMarked;
