package org.o365relay.config.print;

import org.jspecify.annotations.Nullable;

/// A difference between two configurations. Secrets are shown as `***`. If both values are the same, the secret
/// or the content of the file has changed.
///
/// @param key key of the setting, such as `relay.mailboxes[scan@contoso.example].limits.connections`, or of the
///     list in which an element was added or removed
/// @param before previous value; null if the setting was not set or the element was added
/// @param after new value; null if the setting is no longer set or the element was removed
/// @param needsRestart whether the new value takes effect only after a restart
public record ChangedSetting(
        String key, @Nullable String before, @Nullable String after, boolean needsRestart) {}
