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
$AppName             = 'o365-relay'
$PublicAddresses     = @('203.0.113.10', '203.0.113.11')
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

# ---- Part 2: Exchange Online ---------------------------------------------------------------------------------------

function Set-Exchange {
    Write-Step 'Sign in to Exchange Online (a window opens)'
    Use-Module 'ExchangeOnlineManagement' '3.2.0'
    Connect-ExchangeOnline -ExchangeEnvironmentName $ExchangeEnvironment -ShowBanner:$false

    # The inbound connector: identifies the relay by its public IP addresses.
    # By hand: https://admin.exchange.microsoft.com > Mail flow > Connectors > Add a connector: from "Your organization's
    # email server", to Office 365, identified by IP address.
    # The addresses must be static and used only by the relay: any sender behind them may send as the organization.
    $Identification = @{ SenderIPAddresses = $PublicAddresses; RequireTls = $false }
    Write-Step 'Inbound connector'
    if (Get-InboundConnector -Identity $AppName -ErrorAction SilentlyContinue) {
        Set-InboundConnector -Identity $AppName -Enabled $true @Identification
        Write-Host "The connector $AppName exists; it is enabled and has these settings:"
    } else {
        New-InboundConnector -Name $AppName -ConnectorType OnPremises -SenderDomains '*' -Enabled $true @Identification | Out-Null
        Write-Host "Created the connector ${AppName}:"
    }
    Get-InboundConnector -Identity $AppName |
        Format-List -Property 'Name', 'Enabled', 'ConnectorType', 'SenderIPAddresses',
            'TlsSenderCertificateName', 'RequireTls' | Out-Host
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
