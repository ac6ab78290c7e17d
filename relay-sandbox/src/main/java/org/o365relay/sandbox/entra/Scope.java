package org.o365relay.sandbox.entra;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// A requested scope: a resource and permissions for it.
///
/// @param audience resource URI as the client wrote it; the URI of Graph if the client wrote none
/// @param permissions permissions for the resource; `.default` requests all granted permissions
/// @param wantsRefreshToken whether a refresh token is requested
record Scope(String audience, Resource resource, Set<String> permissions, boolean wantsRefreshToken) {

    private static final int INVALID = 70011;
    private static final int UNKNOWN_RESOURCE = 500011;
    private static final int NOT_DEFAULT = 1002012;
    private static final String DEFAULT = ".default";
    private static final String GRAPH = "https://graph.microsoft.com";

    /// OpenID Connect scopes, which belong to no resource.
    private static final Set<String> OPENID_SCOPES = Set.of("openid", "profile", "email", "offline_access");

    /// @param text `scope` parameter, such as `https://outlook.office.com/SMTP.Send offline_access`
    static Scope parse(String text) throws TokenRefusedException {
        List<String> words = Arrays.stream(text.split("[ +]+"))
                .filter(word -> !word.isEmpty() && !OPENID_SCOPES.contains(word))
                .toList();
        if (words.isEmpty()) {
            throw new TokenRefusedException(INVALID);
        }
        String audience = audience(words.getFirst());
        Set<String> permissions = new LinkedHashSet<>();
        for (String word : words) {
            if (!audience(word).equals(audience)) {
                throw new TokenRefusedException(INVALID);
            }
            permissions.add(word.substring(word.lastIndexOf('/') + 1));
        }
        Resource resource = Resource.of(audience).orElseThrow(() -> new TokenRefusedException(UNKNOWN_RESOURCE));
        return new Scope(audience, resource, permissions, text.contains("offline_access"));
    }

    /// @return this scope
    /// @throws TokenRefusedException unless `.default` is the only permission
    Scope requireDefault() throws TokenRefusedException {
        if (!permissions.equals(Set.of(DEFAULT))) {
            throw new TokenRefusedException(NOT_DEFAULT);
        }
        return this;
    }

    /// @return the permissions for the `scp` claim of a user's token
    Set<String> delegated() {
        return permissions.contains(DEFAULT) ? all() : permissions;
    }

    private Set<String> all() {
        return switch (resource) {
            case EXCHANGE -> Set.of("SMTP.Send");
            case GRAPH -> Set.of("Mail.Send", "Mail.ReadWrite", "User.Read");
        };
    }

    /// Returns the resource URI of a scope value. A permission without a resource URI belongs to Graph.
    private static String audience(String word) {
        int slash = word.lastIndexOf('/');
        return slash < 0 ? GRAPH : word.substring(0, slash);
    }
}
