package org.o365relay.config.credentials;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The credential types, with the keys of `credential` that each type uses besides `type` and `username`.
enum CredentialType {
    PASSWORD,
    CLIENT_SECRET,
    CERTIFICATE,
    DEVICE_CODE,
    MANAGED_IDENTITY,
    NONE;

    List<String> keys() {
        return switch (this) {
            case PASSWORD -> List.of("password", "password-file");
            case CLIENT_SECRET ->
                appKeys(CredentialReader.CLIENT_SECRET, "client-secret-file", CredentialReader.SECRET_EXPIRES);
            case CERTIFICATE ->
                appKeys(
                        CredentialReader.CERTIFICATE,
                        CredentialReader.CERTIFICATE_KEY,
                        "certificate-password",
                        "certificate-password-file");
            case DEVICE_CODE -> appKeys(CredentialReader.TOKEN_FILE, "token-key", "token-key-file");
            case MANAGED_IDENTITY -> List.of(CredentialReader.CLIENT_ID);
            case NONE -> List.of();
        };
    }

    /// @return the keys of all types
    static List<String> allKeys() {
        return Stream.of(values())
                .flatMap(type -> type.keys().stream())
                .distinct()
                .toList();
    }

    /// @return the only type that uses this key; empty if several types or none use it
    static Optional<CredentialType> of(String key) {
        List<CredentialType> types =
                Stream.of(values()).filter(type -> type.keys().contains(key)).toList();
        return types.size() == 1 ? Optional.of(types.getFirst()) : Optional.empty();
    }

    private static List<String> appKeys(String... keys) {
        return Stream.concat(
                        Stream.of(CredentialReader.TENANT, CredentialReader.CLIENT_ID, CredentialReader.AUTHORITY),
                        Stream.of(keys))
                .toList();
    }
}
