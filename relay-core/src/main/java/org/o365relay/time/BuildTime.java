package org.o365relay.time;

import java.time.Instant;

/// The time of the build. A system clock that shows an earlier time is wrong, for example because the machine
/// has no battery for its clock and starts in 1970.
public final class BuildTime {

    /// Equals `project.build.outputTimestamp` in `pom.xml`; a test verifies this.
    public static final Instant AT = Instant.parse("2026-11-21T00:00:00Z");

    private BuildTime() {}

    /// @param time a time that the system clock of this machine showed
    /// @return whether the clock may have been right
    public static boolean isPlausible(Instant time) {
        return !time.isBefore(AT);
    }
}
