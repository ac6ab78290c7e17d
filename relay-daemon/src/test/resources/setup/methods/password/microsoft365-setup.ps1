#Requires -Version 5.1
#
# Allows o365-relay to send mail with Microsoft 365. Written by "o365-relay setup".
#
# Run it as an administrator of the tenant, in PowerShell 7 or Windows PowerShell 5.1:
#     powershell -ExecutionPolicy Bypass -File .\microsoft365-setup.ps1
# It needs the role Exchange Administrator; with an app also Application Administrator and, to grant consent, Privileged
# Role Administrator. Entra and Exchange Online each ask for a sign-in. Review the script first: each step explains what
# it does and how to do the same in the admin centers. Every step checks the current state before it changes anything,
# so the script can be run again at any time: it adds only what is missing. At the end it prints the settings for
# relay.conf.

param(
    [string]$Part,             # used by the script itself: the part that this process runs
    [string]$ResultFile        # used by the script itself: passes IDs between the parts
)
$ErrorActionPreference = 'Stop'

# ---- The settings from "o365-relay setup" --------------------------------------------------------------------------
$Mailbox             = 'relay@contoso.example'
$SendAs              = @('info@contoso.example')
$SendAsDomains       = @('@contoso.example')
$ExchangeEnvironment = 'O365Default'

# ---- Functions -----------------------------------------------------------------------------------------------------

function Write-Step([string]$Text) { Write-Host ''; Write-Host "== $Text" }

# Loads a module; if it is missing or too old, installs it for the current user.
function Use-Module([string]$Name, [version]$Minimum) {
    $Installed = @(Get-Module -ListAvailable -Name $Name | Where-Object { $_.Version -ge $Minimum })
    if ($Installed.Count -eq 0) {
        Write-Host "Installing the PowerShell module $Name for the current user ..."
        [Net.ServicePointManager]::SecurityProtocol =
            [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
        Install-Module -Name $Name -MinimumVersion $Minimum -Scope CurrentUser -Force -AllowClobber
    }
    Import-Module -Name $Name -MinimumVersion $Minimum
}

# Retries for a minute: Microsoft 365 takes some time to make a new object known everywhere.
function Invoke-Retrying([scriptblock]$Action) {
    for ($Try = 1; ; $Try++) {
        try {
            return & $Action
        } catch {
            if ($Try -ge 7 -or "$_" -match 'denied|forbidden|privileges|not recognized') { throw }
            Write-Host "Not possible yet, trying again in 10 seconds: $($_.Exception.Message)"
        }
        Start-Sleep -Seconds 10
    }
}

# ---- Part 2: Exchange Online ---------------------------------------------------------------------------------------

function Set-Exchange {
    Write-Step 'Sign in to Exchange Online (a window opens)'
    Use-Module 'ExchangeOnlineManagement' '3.2.0'
    Connect-ExchangeOnline -ExchangeEnvironmentName $ExchangeEnvironment -ShowBanner:$false

    # The mailbox that sends. A user signs in to it, so it must be a user's mailbox with a license for Exchange Online.
    # By hand: https://admin.microsoft.com > Users > Active users > Add a user.
    Write-Step "The mailbox $Mailbox"
    if (-not (Get-Mailbox -Identity $Mailbox -ErrorAction SilentlyContinue)) {
        throw "There is no mailbox $Mailbox. Create a user with a license for Exchange Online, and run this script again."
    }
    Write-Host 'It exists.'

    # SMTP AUTH must be enabled, even with OAuth. This enables it for the mailbox only; it may stay off for the
    # organization.
    # By hand: https://admin.microsoft.com > Users > Active users > (the mailbox) > Mail > Manage email apps >
    # Authenticated SMTP.
    Write-Step 'SMTP AUTH of the mailbox'
    if ((Get-CASMailbox -Identity $Mailbox).SmtpClientAuthenticationDisabled -ne $false) {
        Invoke-Retrying { Set-CASMailbox -Identity $Mailbox -SmtpClientAuthenticationDisabled $false }
        Write-Host 'Enabled it for this mailbox.'
    } else {
        Write-Host 'It is enabled for this mailbox.'
    }

    # Otherwise a copy of every message is kept in Sent Items, until the mailbox is full and cannot send.
    if ((Get-Mailbox -Identity $Mailbox).MessageCopyForSMTPClientSubmissionEnabled -ne $false) {
        Set-Mailbox -Identity $Mailbox -MessageCopyForSMTPClientSubmissionEnabled $false
        Write-Host 'Disabled copies of sent messages in Sent Items.'
    }

    # Security defaults, or an authentication policy without basic authentication for SMTP, block the password.
    $Policy = (Get-User -Identity $Mailbox).AuthenticationPolicy
    if ($Policy) { Write-Warning "The authentication policy $Policy applies to this mailbox: it must allow basic authentication for SMTP." }

    # The mailbox itself signs in, so it needs the Send As permissions.
    $Trustees = @($Mailbox)

    # Send As permissions for other addresses.
    # By hand: https://admin.exchange.microsoft.com > Recipients > (the other mailbox or group) > Delegation > Send as.
    Write-Step 'Send As permissions'
    foreach ($Address in $SendAs) {
        foreach ($Trustee in $Trustees) {
            $Right = Get-RecipientPermission -Identity $Address -Trustee $Trustee -ErrorAction SilentlyContinue
            if ($Right | Where-Object { $_.AccessRights -contains 'SendAs' }) {
                Write-Host "$Trustee may send as $Address already."
            } else {
                Add-RecipientPermission -Identity $Address -Trustee $Trustee -AccessRights SendAs -Confirm:$false | Out-Null
                Write-Host "Allowed $Trustee to send as $Address."
            }
        }
    }
    foreach ($Domain in $SendAsDomains) {
        Write-Warning "Send As cannot be granted for the whole domain ${Domain}: add each of its addresses to `$SendAs above."
    }
    Disconnect-ExchangeOnline -Confirm:$false
}

# ---- Each part runs in a process of its own ------------------------------------------------------------------------
# The modules for Entra and for Exchange load the same libraries in ways that conflict: in one process, the second
# sign-in fails.

function Start-Part([string]$Name) {
    & $PowerShell -NoProfile -ExecutionPolicy Bypass -File $PSCommandPath -Part $Name -ResultFile $Shared @Switches
    if ($LASTEXITCODE -ne 0) {
        Write-Host ''
        Write-Host "The part $Name failed; its error is above. Correct the cause and run this script again: what is done is kept."
        exit 1
    }
}

if ($Part -eq 'Exchange') {
    Set-Exchange
    exit
}
if (-not $PSCommandPath) { throw 'Save this script as a file, and run the file.' }
$PowerShell = (Get-Process -Id $PID).Path
if ((Split-Path -Leaf $PowerShell) -notmatch '^(pwsh|powershell)(\.exe)?$') {
    $PowerShell = @(Get-Command -Name 'pwsh', 'powershell' -CommandType Application -ErrorAction SilentlyContinue)[0].Source
}
$Switches = @()
foreach ($Name in $PSBoundParameters.Keys) { if ($PSBoundParameters[$Name]) { $Switches += "-$Name" } }
$Shared = [IO.Path]::GetTempFileName()    # only the current user can read it; it contains IDs, no secret
try {
    Start-Part 'Exchange'
} finally {
    Remove-Item -LiteralPath $Shared
}

Write-Step 'Done'
Write-Host 'relay.conf needs no change.'
Write-Host ''
Write-Host 'The changes can take up to an hour to take effect, RBAC roles up to two. Then run on the relay: o365-relay check'
