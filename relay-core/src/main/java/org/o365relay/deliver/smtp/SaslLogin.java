package org.o365relay.deliver.smtp;

import java.util.List;
import org.o365relay.identity.AccessToken;
import org.o365relay.mail.Secret;

/// The credential that one connection signs in with.
sealed interface SaslLogin {

    /// @return user name; empty without authentication
    String username();

    /// @return suitable AUTH mechanisms, the preferred one first
    List<String> mechanisms();

    /// @return text for the failure reply if the server does not offer a suitable mechanism, worded to follow
    ///     "offers": `no AUTH XOAUTH2`; empty without authentication
    String missingMechanism();

    /// No authentication.
    record None() implements SaslLogin {
        @Override
        public List<String> mechanisms() {
            return List.of();
        }

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
        public List<String> mechanisms() {
            return List.of("LOGIN", "PLAIN");
        }

        @Override
        public String missingMechanism() {
            return "neither AUTH LOGIN nor PLAIN";
        }
    }

    record Token(String username, AccessToken token) implements SaslLogin {
        @Override
        public List<String> mechanisms() {
            return List.of("XOAUTH2");
        }

        @Override
        public String missingMechanism() {
            return "no AUTH XOAUTH2";
        }

        /// The initial response of XOAUTH2, before base64 encoding. Source: Microsoft, "Authenticate an
        /// IMAP, POP or SMTP connection using OAuth".
        String initialResponse() {
            return "user=" + username + "\u0001auth=Bearer " + token.value().reveal() + "\u0001\u0001";
        }
    }
}
