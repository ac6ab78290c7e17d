/// One attempt over Microsoft Graph: sendMail with the message as it is, or a draft and an upload session if it is
/// large. Reports what was said and at which step; never decides what that means.
@NullMarked
package org.o365relay.deliver.graph;

import org.jspecify.annotations.NullMarked;
