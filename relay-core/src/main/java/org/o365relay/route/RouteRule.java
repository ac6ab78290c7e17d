package org.o365relay.route;

import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Priority;

/// A routing rule.
///
/// @param conditions when the rule applies; other recipients of the same message may be routed differently
/// @param target name of a [Target]; null for the default target
/// @param priority priority of the message for the recipient
public record RouteRule(Conditions conditions, @Nullable String target, Priority priority) {}
