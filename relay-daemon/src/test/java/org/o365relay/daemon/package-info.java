/// The whole daemon, between real clients and a stand-in for Office 365.
@NullMarked
package org.o365relay.daemon;

import org.jspecify.annotations.NullMarked;
