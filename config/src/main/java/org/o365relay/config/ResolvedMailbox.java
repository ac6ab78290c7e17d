package org.o365relay.config;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.exchange.Cloud;
import org.o365relay.exchange.Preset;
import org.o365relay.ndr.NdrSettings;

/// What an element of `mailboxes` comes to.
///
/// @param section where it is written
/// @param presets of its roads
/// @param recipientsPerMessage null for any number
/// @param messageSize octets; null for any size
/// @param reports null if they are not read
record ResolvedMailbox(
        Section section,
        MailboxSettings settings,
        Cloud cloud,
        List<Preset> presets,
        @Nullable Integer recipientsPerMessage,
        @Nullable Long messageSize,
        @Nullable NdrSettings reports) {}
