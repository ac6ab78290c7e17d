package org.o365relay.mail;

/// A password or key. Only [#reveal()] shows it; never pass the result to a log or an error.
public final class Secret {

    private final String value;

    public Secret(String value) {
        this.value = value;
    }

    /// @return the secret itself
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
