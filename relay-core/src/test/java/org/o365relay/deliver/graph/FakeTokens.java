package org.o365relay.deliver.graph;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.identity.AccessToken;
import org.o365relay.identity.TokenException;
import org.o365relay.identity.TokenSource;
import org.o365relay.mail.Reply;
import org.o365relay.mail.Secret;

/// Returns `token-1`, and the next one after a token is invalidated.
final class FakeTokens implements TokenSource {

    private final List<String> forgotten = new ArrayList<>();
    private TokenException.@Nullable Origin failure;
    private @Nullable String given;

    void fail(TokenException.Origin origin) {
        failure = origin;
    }

    /// From now on, returns this token.
    void give(String token) {
        given = token;
    }

    List<String> forgotten() {
        return forgotten;
    }

    @Override
    public AccessToken token() throws TokenException {
        if (failure != null) {
            Reply reply = Reply.plain(401, "invalid_client: AADSTS7000215: Invalid client secret provided.");
            throw new TokenException(failure, reply, new IllegalStateException("no token"));
        }
        String token = given == null ? "token-" + (forgotten.size() + 1) : given;
        return new AccessToken(new Secret(token), Instant.parse("2026-11-21T09:00:00Z"));
    }

    @Override
    public void invalidate(AccessToken refused) {
        forgotten.add(refused.value().reveal());
    }
}
