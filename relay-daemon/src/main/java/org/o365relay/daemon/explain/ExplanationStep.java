package org.o365relay.daemon.explain;

/// One thing that is looked at.
///
/// @param subject in a word: `network`, `sender`
/// @param finding what comes of it
/// @param key the configuration key, or the rule, that decides; empty if none does
public record ExplanationStep(String subject, String finding, String key) {}
