package org.o365relay.alert;

import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Secret;

/// The webhook that receives alerts.
///
/// @param url an http or https URL; a secret, because knowing it is usually enough to post
/// @param header name of the header field that carries the secret
/// @param headerValue value of that header field, such as `Bearer …`; null if no such field is sent
public record WebhookSettings(
        Secret url, String header, @Nullable Secret headerValue) {}
