-- include: record.lua
--[[
  Decides about a presented refresh token, and records the decision. One call for each refresh.

  KEYS[1]  hash with all state of the user

  ARGV: three JSON objects without values that are 0, false or empty. Times are seconds since the epoch.
    1  the token
         family, session, client         ids, compact
         offline                         whether its session is an offline session
         generation, issued_at           of the presented token
         usable_until                    a family without a record is not adopted later; none: no bound
         session_started, client_session_started
         iat, exp                        of the next refresh token; no exp: an offline token without one.
                                         Without a rotation, of the presented token
         retain_until                    expiry of the record
         revoked_retain_until            expiry of the record of a revoked family
         access_exp, prefix              of the next access token; prefix of its id
         login_prefix                    prefix of the id of the login's access token
         bound_agent, bound_ip           hashes of the context to which it is bound
         parent                          tag of the access token for which the family was issued
         is_kept                         whether no refresh token is issued
    2  the policy
         mode                            enforce, observe or lookup
         keeps_token                     whether the presented token is returned instead of the next
         grace_ms, max_replays           no max_replays: no limit
         grace_depth                     accepted generations before the newest; none: 1
         grace_agent, grace_ip           whether the grace period compares user agent, IP address
         grace_key                       whether a replay must prove the key of the token
         binds_agent, binds_ip           whether the binding compares user agent, IP address
         binds_key                       whether it requires the proof of the key, if the token has one
         on_mismatch                     observe or revoke-family; none: deny
         on_missing                      deny; none: adopt
         max_rotations, not_after, max_per_minute    none: no limit
    3  the client
         agent, ip                       hashes of the context of this request
         key                             proven or missing; none: the token has no key
         attempt, age_ms                 id of this attempt, and the time since it reached Keycloak
         unacknowledged                  the attempt that got no response, or ask

  Returns an array: the decision, then
    STARTED ROTATED FAST_FORWARDED ADOPTED    the next token, the replaced access tokens, observed
    REPLAYED CONVERGED                        the next token, observed
    KEPT                                      observed, the next token; empty: nothing is changed
    REUSED                                    newest generation, why, access tokens
    MISMATCHED                                newest generation or -1, access tokens if it is revoked
    REVOKED                                   scope, access tokens of a family that has a record, the refusal
                                              that revoked it, or empty, and the attempt that got it
    MISSING LIMITED EXPIRED                   nothing
    THROTTLED                                 time until the retry, ms
    ASK                                       the attempt that got the newest token; the decision depends
                                              on whether it got a response. Nothing is changed
  with
    the next token   generation, iat, exp (0: none), number of the replay (0: none), bound agent, bound ip
    access tokens    as access_tokens in record.lua returns them; empty: none
    observed         the refusal that would apply in the mode enforce, or empty
    why              OLDER_GENERATION, GRACE_PERIOD_OVER or OTHER_CONTEXT
    scope            FAMILY, CLIENT_SESSION, SESSION or USER
  Error replies: WRONGTYPE if the key has another type, FORMAT if a record has an unknown version.
]]

local key = KEYS[1]
local token, policy, client = cjson.decode(ARGV[1]), cjson.decode(ARGV[2]), cjson.decode(ARGV[3])
local lineage, access, session, client_session, client_field = fields_of(token)
local presented = token.generation or 0
local adds_refusals = policy.mode == 'enforce'
local per_minute = policy.max_per_minute or 0
local depth = policy.grace_depth or 1
local earlier = depth > 1 and earlier_field_of(token)
local now, now_ms = clock()

local stored = redis.call('HMGET', key, lineage, access, session, client_session, client_field, USER_MARK,
  earlier or USER_MARK)
local family
if stored[1] then
  family = read_family(stored[1], stored[2])
  if not family then return redis.error_reply(UNKNOWN_FORMAT) end
end

-- Without a record, the watermark of the client shows whether the token can belong to a family that was
-- capped: such records expire before the refresh tokens.
local order, is_capped
if not family then
  local order_field, origins = order_fields_of(token)
  order = redis.call('HMGET', key, order_field, origins .. '1')
  local _, _, watermark = read_order(order[1], order[2])
  is_capped = token.issued_at <= watermark
end

-- The name of the step in the lineage; nil for a replay.
local step
if not family then
  step = presented == 0 and 'STARTED' or 'ADOPTED'
elseif presented == family.generation then
  step = 'ROTATED'
elseif presented > family.generation then
  step = 'FAST_FORWARDED'
end

local bound_agent, bound_ip = token.bound_agent or '', token.bound_ip or ''
if family and family.bound_agent ~= '' then
  bound_agent, bound_ip = family.bound_agent, family.bound_ip
elseif bound_agent == '' and (policy.binds_agent or policy.binds_ip) then
  bound_agent, bound_ip = client.agent, client.ip
end

local minute, refreshes = 0, 0
if per_minute > 0 then
  minute, refreshes = now, 1
  if family and now >= family.minute and now - family.minute < 60 then
    minute, refreshes = family.minute, family.refreshes + 1
  end
end

-- The refusals, the most severe first. The first one applies; the mode observe continues.

local observed = ''

-- The refusal, or nil if it is only reported.
local function refusal(decision, only_observed)
  if adds_refusals and not only_observed then return decision end
  if observed == '' then observed = decision[1] end
end

-- When the presented token was replaced, in ms; nil if that is not recorded. The times of earlier
-- rotations are only recorded with a grace_depth.
local earlier_ms = family and earlier and read_earlier(stored[7], family) or {}
local function replaced_ms()
  if presented == family.generation - 1 then return family.made_ms end
  return earlier_ms[family.generation - 1 - presented]
end

-- By the time at which the request reached Keycloak: a slow node must not turn a replay into a reuse. A
-- grace period of 0 is over also if the clock was set back.
local function grace_is_over()
  local grace, replaced = policy.grace_ms or 0, replaced_ms()
  return grace == 0 or not replaced or now_ms - (client.age_ms or 0) - replaced >= grace
end

local has_key = client.key == 'proven'

local function is_of_other_context()
  return policy.grace_agent and client.agent ~= family.agent or policy.grace_ip and client.ip ~= family.ip
    or policy.grace_key and not has_key
end

local is_too_old = not step and presented < family.generation - depth
local is_over = not step and (is_too_old or grace_is_over())
-- A replay that is accepted for its key alone.
local is_converging = is_over and policy.grace_key and has_key

-- The second value: whether the replay is accepted if the newest attempt got no response.
local function reuse_reason()
  if step or is_converging then return nil end
  if is_too_old then return 'OLDER_GENERATION' end
  if is_of_other_context() then return is_over and 'GRACE_PERIOD_OVER' or 'OTHER_CONTEXT' end
  if not is_over then return nil end
  if presented < family.generation - 1 then return 'GRACE_PERIOD_OVER' end
  -- The attempt that got the newest token got no response, so no client has that token.
  if family.attempt ~= '' and client.unacknowledged == family.attempt then return nil end
  return 'GRACE_PERIOD_OVER', family.attempt ~= ''
end

local function is_elsewhere()
  return policy.binds_agent and client.agent ~= bound_agent or policy.binds_ip and client.ip ~= bound_ip
    or policy.binds_key and client.key == 'missing'
end

-- The access tokens of generations without a record, for example of the login, expire at about the same
-- time as that of this refresh. The number of unexpired ones is unknown: 64 are covered.
local UNSEEN = 64

local function unseen_family(generation)
  local unseen = new_family(generation, now_ms)
  unseen.iat, unseen.exp = token.iat, token.exp or 0
  unseen.agent, unseen.ip = client.agent, client.ip
  unseen.older, unseen.older_end = math.max(0, presented - UNSEEN), token.access_exp
  unseen.newer_end = token.access_exp
  unseen.login_prefix, unseen.prefix = token.login_prefix, token.prefix
  return unseen
end

local function save()
  family.retain = math.max(family.retain,
    family.revoked == '' and token.retain_until or token.revoked_retain_until)
  redis.call('HSET', key, lineage, lineage_of(family), access, access_of(family))
  if not stored[1] then enlist(key, token, order[1], order[2], now) end
  keep_until(key, family.retain)
end

-- The access tokens of the family from a generation and from a replay on.
local function access_tokens_from(first, last, first_replay)
  return { first, last, first_replay, family.replayed, access_end(family), family.login_prefix,
    family.prefix }
end

-- All that may be unexpired, including those issued while the store was unavailable.
local function all_access_tokens()
  local first, last = family.older, family.generation
  if presented > last then
    if presented - last > UNSEEN then first = presented - UNSEEN end
    last = presented
    family.newer_end, family.prefix = math.max(access_end(family), token.access_exp), token.prefix
  end
  return access_tokens_from(first, last, family.replayed - family.older_replays + 1)
end

local function revoke_family(because)
  family = family or unseen_family(presented)
  revoke(family, because)
  -- By which Keycloak finds out later whether this request got its response.
  family.attempt = client.attempt
  save()
end

local function mismatched()
  local decision = refusal({ 'MISMATCHED', family and family.generation or -1, {} },
    policy.on_mismatch == 'observe')
  if not decision or policy.on_mismatch ~= 'revoke-family' then return decision end
  revoke_family('mismatched')
  return { 'MISMATCHED', family.generation, all_access_tokens() }
end

local function refused()
  local because = family and family.revoked or is_capped and 'capped' or ''
  local scope = revoked_scope(because, stored[3], stored[4], stored[5], stored[6],
    token.session_started, token.client_session_started)
  -- In every mode, because no policy makes a revoked token valid.
  if scope then
    local is_refused = because == 'reused' or because == 'mismatched'
    return { 'REVOKED', scope, scope == 'FAMILY' and family and all_access_tokens() or {},
      is_refused and because:upper() or '', is_refused and family.attempt or '' }
  end
  local reuse, depends_on_response = reuse_reason()
  if reuse and depends_on_response and client.unacknowledged == 'ask' then
    return { 'ASK', family.attempt }
  end
  if reuse and refusal({ 'REUSED' }) then
    revoke_family('reused')
    return { 'REUSED', family.generation, reuse, all_access_tokens() }
  end
  local is_stale = not family and token.usable_until and now > token.usable_until
  local is_covered = not step and not reuse and not is_over
  return (is_stale or step == 'ADOPTED' and policy.on_missing == 'deny') and refusal({ 'MISSING' })
    or is_elsewhere() and mismatched()
    or policy.not_after and now >= policy.not_after and refusal({ 'EXPIRED' })
    or step and not policy.keeps_token and policy.max_rotations and presented >= policy.max_rotations
      and refusal({ 'LIMITED' })
    or refreshes > per_minute and refusal({ 'THROTTLED', (minute + 60) * 1000 - now_ms })
    or is_covered and policy.max_replays and family.replays >= policy.max_replays
      and refusal({ 'THROTTLED', 1000 })
end

local decision = refused()
if decision then return decision end
if token.is_kept or policy.mode == 'lookup' then return { 'KEPT', observed, {} } end

local is_new, replaced = not family, 0
local is_kept = step and policy.keeps_token

-- The generation of the next access token that is not that of a replay.
local function begin_span(generation)
  if now > family.older_end then
    family.older, family.older_end = family.newer, family.newer_end
    family.older_replays = family.newer_replays
    family.newer, family.newer_end, family.newer_replays = generation, token.access_exp, 0
  end
end

if is_new then
  family = unseen_family(is_kept and presented or presented + 1)
elseif step then
  if step == 'FAST_FORWARDED' then
    family.older, family.older_end =
      math.max(0, presented - UNSEEN), math.max(access_end(family), token.access_exp)
    family.newer, family.newer_end, family.newer_replays = presented + 1, token.access_exp, 0
  else
    replaced = family.replays
    begin_span(presented + 1)
  end
  if is_kept then
    family.generation = presented
  else
    local last_ms = family.made_ms
    family.generation, family.made_ms, family.replays = presented + 1, now_ms, 0
    if earlier and step == 'ROTATED' then
      write_earlier(key, earlier, { last_ms, unpack(earlier_ms) }, family, depth)
    end
  end
  family.iat, family.exp = token.iat, token.exp or 0
  family.agent, family.ip, family.prefix = client.agent, client.ip, token.prefix
else
  begin_span(family.generation + 1)
  -- A reuse that is only reported, and a replay that is accepted for its key, do not count.
  if not is_converging and not reuse_reason() then
    if is_over then
      -- After the grace period: the newest token has not reached a client before.
      family.made_ms, family.replays = now_ms, 0
      if earlier then write_earlier(key, earlier, earlier_ms, family, depth) end
    end
    family.replays = family.replays + 1
  end
end
if is_kept or not step then
  family.replayed = family.replayed + 1
  family.older_replays, family.newer_replays = family.older_replays + 1, family.newer_replays + 1
end
family.attempt = client.attempt
family.newer_end = math.max(family.newer_end, token.access_exp)
family.minute, family.refreshes = minute, refreshes
if step then family.bound_agent, family.bound_ip = bound_agent, bound_ip end
save()
if is_new then drop_expired(key, now) end

local next_token = { family.generation, family.iat, family.exp, step and not is_kept and 0 or family.replayed,
  family.bound_agent, family.bound_ip }
if is_kept then return { 'KEPT', observed, next_token } end
if not step then return { is_converging and 'CONVERGED' or 'REPLAYED', next_token, observed } end
return { step, next_token, access_tokens_from(presented, presented, family.replayed - replaced + 1),
  observed }
