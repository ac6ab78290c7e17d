package org.o365relay.deliver.smtp;

import org.o365relay.identity.AccessToken;
import org.o365relay.mail.Secret;

/// What one connection signs in with.
sealed interface SaslLogin {

    /// @return who signs in; empty for nobody
    String username();

    /// @return what is wanted of the server, in words
    String missingMechanism();

    /// Nobody signs in.
    record None() implements SaslLogin {
        @Override
        public String username() {
            return "";
        }

        @Override
        public String missingMechanism() {
            return "";
        }
    }

    record Password(String username, Secret password) implements SaslLogin {
        @Override
        public String missingMechanism() {
            return "neither AUTH LOGIN nor PLAIN";
        }
    }

    record Token(String username, AccessToken token) implements SaslLogin {
        @Override
        public String missingMechanism() {
            return "no AUTH XOAUTH2";
        }

        /// As Microsoft's page "Authenticate an IMAP, POP or SMTP connection using OAuth" has it.
        String message() {
            return "user=" + username + "\u0001auth=Bearer " + token.value().reveal() + "\u0001\u0001";
        }
    }
}
