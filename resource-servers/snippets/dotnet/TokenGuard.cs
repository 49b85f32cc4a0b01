// Checks by one round trip to Redis whether an access token of Keycloak is revoked. Copy this file; it needs
// StackExchange.Redis. NOT COMPILED, NOT RUN: no .NET was available. Test it before you rely on it.

using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace TokenGuard;

public enum Verdict
{
    /// <summary>Redis did not respond: 503, or accepted by choice.</summary>
    Unknown,

    /// <summary>The token has none of jti, sid and sub: 401.</summary>
    Unidentified,

    /// <summary>401</summary>
    Revoked,

    Active,
}

public sealed class RevocationChecker(IConnectionMultiplexer redis, string keyPrefix = "tg:", TimeSpan? timeout = null)
{
    private static readonly (string Kind, string Claim)[] Kinds = [("at", "jti"), ("sid", "sid"), ("sub", "sub")];

    // \z and not $, which also matches before a line break at the end.
    private static readonly Regex Second = new(@"\A[0-9]{1,18}\z", RegexOptions.CultureInvariant);

    private readonly TimeSpan _timeout = timeout ?? TimeSpan.FromMilliseconds(100);

    /// <summary>For the claims of a token whose signature, iss, aud and exp were validated: its JSON payload.</summary>
    public async Task<Verdict> CheckAsync(JsonElement claims)
    {
        var keys = new List<(string Kind, string Key)>();
        foreach (var (kind, claim) in Kinds)
        {
            if (claims.TryGetProperty(claim, out var id) && id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 } text)
            {
                keys.Add((kind, $"{keyPrefix}{kind}:{text}"));
            }
        }
        if (keys.Count == 0)
        {
            return Verdict.Unidentified;
        }
        if (!redis.IsConnected)
        {
            return Verdict.Unknown;
        }
        // GET and not MGET, which has no value for a key of another type. The client sends them without waiting in between.
        var database = redis.GetDatabase();
        var values = keys.Select(entry => GetAsync(database, entry.Key)).ToArray();
        var results = await Task.WhenAll(values);
        if (keys.Zip(results).Any(entry => entry.Second.Value is { IsNull: false } value && IsRevoked(entry.First.Kind, value.ToString(), claims)))
        {
            return Verdict.Revoked;
        }
        return results.Any(result => !result.IsKnown) ? Verdict.Unknown : Verdict.Active;
    }

    private async Task<(bool IsKnown, RedisValue Value)> GetAsync(IDatabase database, string key)
    {
        try
        {
            // DemandMaster: a replica lags behind.
            return (true, await database.StringGetAsync(key, CommandFlags.DemandMaster).WaitAsync(_timeout));
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            return (false, RedisValue.Null);
        }
    }

    private static bool IsRevoked(string kind, string value, JsonElement claims)
    {
        if (kind == "at")
        {
            return true;
        }
        var cutOff = kind == "sid" ? value.Split(' ', 2)[0] : value;
        if (!Second.IsMatch(cutOff)
            || !claims.TryGetProperty("iat", out var iat)
            || iat.ValueKind != JsonValueKind.Number
            || !iat.TryGetDecimal(out var issuedAt))
        {
            return true;
        }
        var second = long.Parse(cutOff, NumberStyles.None, CultureInfo.InvariantCulture);
        return kind == "sid" ? decimal.Truncate(issuedAt) <= second : decimal.Truncate(issuedAt) < second;
    }
}
