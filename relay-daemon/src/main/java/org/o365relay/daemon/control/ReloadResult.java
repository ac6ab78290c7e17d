package org.o365relay.daemon.control;

import java.util.List;
import org.o365relay.config.print.ChangedSetting;

/// The result of reloading the configuration of a running relay, or of comparing it with the file.
///
/// @param changes differences between the active configuration and the file; those that need a
///     restart are not applied
/// @param remarks what else the operator should know, such as warnings about the file
/// @param problems why the file cannot be used; empty unless the outcome is [Outcome#INVALID] or
///     [Outcome#UNUSABLE]
public record ReloadResult(Outcome outcome, List<ChangedSetting> changes, List<String> remarks, List<String> problems) {

    public ReloadResult {
        changes = List.copyOf(changes);
        remarks = List.copyOf(remarks);
        problems = List.copyOf(problems);
    }

    /// What was done.
    public enum Outcome {
        /// The file was applied, except changes that need a restart.
        RELOADED,
        /// Nothing was changed: the file contains nothing new, or only changes that need a restart.
        UNCHANGED,
        /// Nothing was changed, as requested.
        COMPARED,
        /// Nothing was changed: the file has problems.
        INVALID,
        /// Nothing was changed: the file is valid, but cannot be used now, for example because a port is in
        /// use.
        UNUSABLE
    }

    /// @return the changes that take effect only after a restart
    public List<ChangedSetting> needingRestart() {
        return changes.stream().filter(ChangedSetting::needsRestart).toList();
    }

    /// @return the other changes
    public List<ChangedSetting> applicable() {
        return changes.stream().filter(change -> !change.needsRestart()).toList();
    }
}
