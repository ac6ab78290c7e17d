/// Renders the effective configuration as HOCON, with defaults included and secrets hidden. With the secrets
/// filled in, the text can be read again. Files that the settings name are read only to detect changes in them.
@NullMarked
package org.o365relay.config.print;

import org.jspecify.annotations.NullMarked;
