package org.o365relay.daemon.cli.types;

import org.o365relay.admit.Network;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Converts an IP address or a network in CIDR notation.
public final class NetworkConverter implements ITypeConverter<Network> {

    @Override
    public Network convert(String text) {
        return Network.parse(text)
                .orElseThrow(() -> new TypeConversionException(
                        "'" + text + "' is neither an IP address nor a network such as 192.168.10.0/24"));
    }
}
