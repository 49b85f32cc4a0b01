// An API that accepts access tokens of one realm until they expire or are revoked: ASP.NET Core 8 with
// Microsoft.AspNetCore.Authentication.JwtBearer and StackExchange.Redis. NOT COMPILED, NOT RUN: no .NET was available.

using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using StackExchange.Redis;
using TokenGuard;

const string CheckIsUnknown = "token-guard-unknown";

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration;
var acceptUnknown = settings["WHEN_UNAVAILABLE"] == "accept";

var redis = ConfigurationOptions.Parse(settings["REDIS"] ?? "127.0.0.1:6379");
redis.AbortOnConnectFail = false; // starts without Redis, and reconnects
redis.ConnectTimeout = 100;
redis.AsyncTimeout = 100;
redis.BacklogPolicy = BacklogPolicy.FailFast; // no commands wait while there is no connection
var checker = new RevocationChecker(await ConnectionMultiplexer.ConnectAsync(redis));

builder.Services.AddAuthorization();
builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
{
    options.Authority = settings["ISSUER"];
    options.Audience = settings["AUDIENCE"];
    options.MapInboundClaims = false;
    // The default is 5 minutes. Redis keeps a revocation until exp: a revoked token would be accepted after it.
    options.TokenValidationParameters.ClockSkew = TimeSpan.Zero;
    options.TokenValidationParameters.RequireExpirationTime = true;
    options.Events = new JwtBearerEvents
    {
        OnTokenValidated = async context =>
        {
            var token = (JsonWebToken)context.SecurityToken;
            using var claims = JsonDocument.Parse(Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(token.EncodedPayload)));
            // Not an ID token, and not a token whose proof of a key is to be validated first (RFC 9449, section 7.1).
            if (!claims.RootElement.TryGetProperty("typ", out var type) || type.ValueKind != JsonValueKind.String
                || type.GetString() != "Bearer" || claims.RootElement.TryGetProperty("cnf", out _))
            {
                context.Fail(new SecurityTokenValidationException("not a bearer access token"));
                return;
            }
            var verdict = await checker.CheckAsync(claims.RootElement);
            if (verdict == Verdict.Active || verdict == Verdict.Unknown && acceptUnknown)
            {
                return;
            }
            if (verdict == Verdict.Unknown)
            {
                context.HttpContext.Items[CheckIsUnknown] = true;
            }
            context.Fail(new SecurityTokenValidationException("revoked"));
        },
        OnChallenge = context =>
        {
            context.HandleResponse();
            if (context.HttpContext.Items.ContainsKey(CheckIsUnknown))
            {
                // Not a failure of the token: after a 401, the client would discard it.
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers.RetryAfter = "1";
                return Task.CompletedTask;
            }
            var description = context.AuthenticateFailure switch
            {
                null => null,
                SecurityTokenExpiredException => "The access token expired",
                SecurityTokenValidationException { Message: "revoked" } => "The access token was revoked",
                _ => "The access token is invalid",
            };
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"orders\""
                + (description is null ? "" : $", error=\"invalid_token\", error_description=\"{description}\"");
            return Task.CompletedTask;
        },
    };
});

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapGet("/orders", () => Array.Empty<string>()).RequireAuthorization();
app.Run();
