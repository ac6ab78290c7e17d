package org.o365relay.deliver.smtp;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.identity.AccessToken;
import org.o365relay.identity.TokenException;
import org.o365relay.identity.TokenSource;
import org.o365relay.mail.Secret;

/// Returns `token-1`, and the next one after a token is invalidated.
final class FakeTokens implements TokenSource {

    static final Instant END = Instant.parse("2030-01-01T00:00:00Z");

    final List<AccessToken> forgotten = new ArrayList<>();
    volatile @Nullable TokenException failure;
    volatile String padding = "";
    private int number = 1;

    @Override
    public synchronized AccessToken token() throws TokenException {
        TokenException none = failure;
        if (none != null) {
            throw none;
        }
        return new AccessToken(new Secret("token-" + number + padding), END);
    }

    @Override
    public synchronized void invalidate(AccessToken refused) {
        forgotten.add(refused);
        number++;
    }
}
