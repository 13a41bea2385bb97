using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.AspNetCore.Safety;

/// <summary>Tokens that a page reads by a request of its own origin and sends with changes; each is of one user and ends after a day.</summary>
internal sealed class SessionTokens
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    private readonly ITimeLimitedDataProtector _protector;

    /// <summary>Uses the host's keys, so that several servers share them; without any, keys of this process.</summary>
    public SessionTokens(IServiceProvider services) =>
        _protector = (services.GetService<IDataProtectionProvider>() ?? new EphemeralDataProtectionProvider()).CreateProtector("CoVR.AspNetCore.Session").ToTimeLimitedDataProtector();

    public string Create(ClaimsPrincipal user) => _protector.Protect(NameOf(user), Lifetime);

    public bool IsValid(string token, ClaimsPrincipal user)
    {
        try
        {
            return token.Length is > 0 and < 4096 && _protector.Unprotect(token) == NameOf(user);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Identifies the user; empty for anonymous ones.</summary>
    public static string NameOf(ClaimsPrincipal user) => user.FindFirstValue(ClaimTypes.NameIdentifier) ?? user.Identity?.Name ?? "";
}
