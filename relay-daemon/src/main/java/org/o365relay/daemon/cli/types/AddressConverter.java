package org.o365relay.daemon.cli.types;

import org.o365relay.mail.EmailAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Parses an email address with a domain.
public final class AddressConverter implements ITypeConverter<EmailAddress> {
    @Override
    public EmailAddress convert(String text) {
        return EmailAddress.parse(text)
                .filter(EmailAddress::isQualified)
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is not an email address"));
    }
}
