package org.o365relay.alert;

import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Secret;

/// Where alerts are posted to.
///
/// @param url with http or https; who knows it may post there, so it is a secret
/// @param header the name of the field the secret is in
/// @param headerValue what the server wants to see in that field; null for nothing
public record WebhookSettings(
        Secret url, String header, @Nullable Secret headerValue) {}
