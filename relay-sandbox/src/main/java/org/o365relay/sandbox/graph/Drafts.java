package org.o365relay.sandbox.graph;

import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.o365relay.sandbox.settings.SandboxMailbox;

/// The drafts of all mailboxes.
final class Drafts {

    private final Map<String, SandboxDraft> drafts = new ConcurrentHashMap<>();
    private final RandomGenerator random;

    Drafts(RandomGenerator random) {
        this.random = random;
    }

    /// @return the ID of the draft, which, as in Graph, is long and ends with `=`
    String add(SandboxDraft draft) {
        byte[] bytes = new byte[96];
        random.nextBytes(bytes);
        String id = "AAMk" + Base64.getUrlEncoder().encodeToString(bytes) + "=";
        drafts.put(id, draft);
        return id;
    }

    SandboxDraft find(SandboxMailbox mailbox, String id) throws GraphRefusal {
        SandboxDraft draft = drafts.get(id);
        if (draft == null || !draft.mailbox().key().equals(mailbox.key())) {
            throw GraphRefusal.notFound("The message does not exist.");
        }
        return draft;
    }

    void remove(String id) {
        drafts.remove(id);
    }
}
