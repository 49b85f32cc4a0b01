--[[
  Decides what a presented refresh token is worth, and remembers the decision. One call per refresh.

  KEYS[1]  hash with all state of one user

  ARGV, the token
    1  field of the family's lineage        2  field of its access tokens
    3  field of the revoked session         4  field of the revoked client session
    5  field of the client's cut-off        6  field of the user's cut-off
    7  field of the client's order          8  fields of the client's origins, but for the number
    9  presented generation                10  session id, compact
   11  session started, s                  12  client session started, s
   13  offline: 1 or 0
   14  child's iat, s                      15  child's exp, s, 0 for none
   16  remember until, s                   17  the same once it is revoked
   18  access token's exp, s               19  prefix of its id
   20  prefix of the login's access token, may be empty
   21  user agent's fingerprint            22  ip's fingerprint
   23  bound user agent, may be empty      24  bound ip, may be empty
   25  tag of the token for which the family began, may be empty
  ARGV, the request
   26  id of this attempt, may be empty    27  its age when it was sent, ms
   28  without a record the token is usable until, s, 0 for no bound
   29  iat of the presented token, s       30  a refresh token is issued: 1 or 0
  ARGV, the policy
   31  grace, ms                           32  replays in a grace, 0 for no limit
   33  grace compares user agent: 1 or 0   34  grace compares ip: 1 or 0
   35  rotations, 0 for no limit           36  not after, s, 0 for no end
   37  refreshes per minute, 0 for no limit
   38  binding compares user agent: 1 or 0 39  binding compares ip: 1 or 0
   40  on a mismatch: deny, observe or revoke-family
   41  on missing state: adopt or deny     42  enforce, observe or lookup
  ARGV, the client
   43  an attempt that got no answer, - for none, or ask if it matters

  Returns an array
    1  the decision: STARTED ROTATED FAST_FORWARDED ADOPTED REPLAYED, or KEPT: granted and nothing was
       changed; or a refusal: REUSED MISMATCHED REVOKED MISSING LIMITED EXPIRED THROTTLED;
       or ASK, the attempt that was granted the newest child, and nothing else: what 42 is to be
       matters, and nothing was changed
    2  generation of the child to answer with; of a refusal the newest, -1 without a record: then no
       access tokens are named either
    3  child's iat, s                       4  child's exp, s, 0 for none
    5  bound user agent, may be empty       6  bound ip, may be empty
    7  replays in this grace
    8  oldest and                           9  newest generation whose access token is meant: of a
       rotation the replaced one, of a refusal all that may be unexpired
   10  oldest and                          11  newest replay, likewise
   12  when the last of them has expired, s
   13  prefix of the login's access token  14  prefix of the others
   15  the refusal that was only observed, or empty
   16  why REUSED: OLDER_GENERATION GRACE_PERIOD_OVER OTHER_CONTEXT; what was REVOKED: FAMILY
       CLIENT_SESSION SESSION USER; what MISMATCHED revoked: FAMILY or empty
   17  ms until a THROTTLED refresh may be tried again
   18  number of the replay that the child is, 0 of a rotation
  Error replies: WRONGTYPE when the key holds something else, FORMAT when a record is not known.
]]

local key = KEYS[1]
local presented = tonumber(ARGV[9])
local access_exp = tonumber(ARGV[18])
local agent, ip = ARGV[21], ARGV[22]
local attempt, usable_until, issued_at = ARGV[26], tonumber(ARGV[28]), tonumber(ARGV[29])
local grace, max_replays = tonumber(ARGV[31]), tonumber(ARGV[32])
local max_rotations, not_after = tonumber(ARGV[35]), tonumber(ARGV[36])
local per_minute = tonumber(ARGV[37])
local binds_agent, binds_ip = ARGV[38] == '1', ARGV[39] == '1'
local on_mismatch = ARGV[40]
local adds_refusals = ARGV[42] == 'enforce'
local keeps = ARGV[42] == 'lookup' or ARGV[30] == '0'
local excused = ARGV[43]
local now, now_ms = clock()

local stored = redis.call('HMGET', key, ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
local family
if stored[1] then
  family = read_family(stored[1], stored[2])
  if not family then return redis.error_reply(UNKNOWN_FORMAT) end
end

-- Without a record, the order of its client tells whether it can be of a family that was capped: such
-- records do not live as long as the refresh tokens.
local order, is_capped
if not family then
  order = redis.call('HMGET', key, ARGV[7], ARGV[8] .. '1')
  local _, _, watermark = read_order(order[1], order[2])
  is_capped = issued_at <= watermark
end

-- A step in the lineage has an origin; a replay of its last step has none.
local origin
if not family then
  origin = presented == 0 and 'STARTED' or 'ADOPTED'
elseif presented == family.generation then
  origin = 'ROTATED'
elseif presented > family.generation then
  origin = 'FAST_FORWARDED'
end

local bound_agent, bound_ip = ARGV[23], ARGV[24]
if family and family.bound_agent ~= '' then
  bound_agent, bound_ip = family.bound_agent, family.bound_ip
elseif bound_agent == '' and (binds_agent or binds_ip) then
  bound_agent, bound_ip = agent, ip
end

local minute, refreshes = 0, 0
if per_minute > 0 then
  minute, refreshes = now, 1
  if family and now >= family.minute and now - family.minute < 60 then
    minute, refreshes = family.minute, family.refreshes + 1
  end
end

-- The refusals, the gravest first. The first one counts; a policy that only observes goes on.

local refusal, observed, why, retry_ms = '', '', '', 0

local function refuses(code, because, only_observed)
  if only_observed or not adds_refusals then
    if observed == '' then observed, why = code, because or '' end
    return false
  end
  refusal, why = code, because or ''
  return true
end

local function is_of_other_context()
  return ARGV[33] == '1' and agent ~= family.agent or ARGV[34] == '1' and ip ~= family.ip
end

-- By when the request reached Keycloak: a node that is slow must not make a theft of a replay.
-- Without grace there is none either when the clock was set back.
local function grace_is_over()
  return grace == 0 or now_ms - tonumber(ARGV[27]) - family.made_ms >= grace
end

-- The second value: the client may be excused.
local function reuse_reason()
  if origin then return nil end
  if presented < family.generation - 1 then return 'OLDER_GENERATION' end
  local is_over = grace_is_over()
  if is_of_other_context() then return is_over and 'GRACE_PERIOD_OVER' or 'OTHER_CONTEXT' end
  -- The very attempt that was granted the child got no answer, so nobody has the child.
  if not is_over or family.attempt ~= '' and excused == family.attempt then return nil end
  return 'GRACE_PERIOD_OVER', family.attempt ~= ''
end

local function is_elsewhere()
  return binds_agent and agent ~= bound_agent or binds_ip and ip ~= bound_ip
end

local function is_refused()
  local because = family and family.revoked or is_capped and 'capped' or ''
  local scope = revoked_scope(because, stored[3], stored[4], stored[5], stored[6],
    tonumber(ARGV[11]), tonumber(ARGV[12]))
  if scope then
    -- In every mode: no policy makes a revoked token valid.
    refusal, why = 'REVOKED', scope
    return true
  end
  local reuse, is_excusable = reuse_reason()
  if reuse and is_excusable and excused == 'ask' then return refuses('ASK') end
  if reuse and refuses('REUSED', reuse) then return true end
  local is_stale = not family and usable_until > 0 and now > usable_until
  if (is_stale or origin == 'ADOPTED' and ARGV[41] == 'deny') and refuses('MISSING') then return true end
  if is_elsewhere() then
    local because = on_mismatch == 'revoke-family' and 'FAMILY' or ''
    if refuses('MISMATCHED', because, on_mismatch == 'observe') then return true end
  end
  if not_after > 0 and now >= not_after and refuses('EXPIRED') then return true end
  if origin and max_rotations > 0 and presented >= max_rotations and refuses('LIMITED') then
    return true
  end
  if refreshes > per_minute and refuses('THROTTLED') then
    retry_ms = (minute + 60) * 1000 - now_ms
    return true
  end
  local is_covered = not origin and not reuse and not grace_is_over()
  if is_covered and max_replays > 0 and family.replays >= max_replays and refuses('THROTTLED') then
    retry_ms = 1000
    return true
  end
  return false
end

-- Access tokens of generations that this record has not seen, the login's for one, cannot outlive the
-- one of this refresh by much. How many of them are unexpired is unknown: 64 are covered.
local UNSEEN = 64

local function unseen_family(generation)
  local unseen = new_family(generation, now_ms)
  unseen.iat, unseen.exp = tonumber(ARGV[14]), tonumber(ARGV[15])
  unseen.agent, unseen.ip = agent, ip
  unseen.older, unseen.older_end = math.max(0, presented - UNSEEN), access_exp
  unseen.newer_end = access_exp
  unseen.login_prefix, unseen.prefix = ARGV[20], ARGV[19]
  return unseen
end

local function save()
  local retain = tonumber(family.revoked == '' and ARGV[16] or ARGV[17])
  family.retain = math.max(family.retain, retain)
  redis.call('HSET', key, ARGV[1], lineage_of(family), ARGV[2], access_of(family))
  if not stored[1] then
    enlist(key, ARGV[7], ARGV[8], order[1], order[2],
      ARGV[10] .. ',' .. ARGV[1]:sub(3) .. ',' .. text(now) .. ',' .. short(tonumber(ARGV[13])))
    if ARGV[25] ~= '' then redis.call('HSET', key, 'p:' .. ARGV[1]:sub(3), ARGV[25]) end
  end
  keep_until(key, family.retain)
end

local function reply(code, first, last, first_replay, last_replay, replay)
  return { code, family.generation, family.iat, family.exp, bound_agent, bound_ip, family.replays,
    first, last, first_replay, last_replay, access_end(family), family.login_prefix, family.prefix,
    observed, why, retry_ms, replay or 0 }
end

local function nothing_changed(code)
  return { code, -1, 0, 0, '', '', 0, 0, -1, 0, -1, 0, '', '', observed, why, retry_ms, 0 }
end

if is_refused() then
  if refusal == 'ASK' then return { refusal, family.attempt } end
  local ends_family = refusal == 'REUSED' or refusal == 'MISMATCHED' and why == 'FAMILY'
  if not family then
    if not ends_family then return nothing_changed(refusal) end
    family = unseen_family(presented)
  end
  if ends_family then
    revoke(family, refusal:lower())
    save()
  end
  local first, last = family.older, family.generation
  if presented > last then
    -- It was granted during an outage, and so were others that the store has not seen.
    if presented - last > UNSEEN then first = presented - UNSEEN end
    last = presented
    family.newer_end, family.prefix = math.max(access_end(family), access_exp), ARGV[19]
  end
  return reply(refusal, first, last, family.replayed - family.older_replays + 1, family.replayed)
end

if keeps then
  if not family then return nothing_changed('KEPT') end
  return reply('KEPT', family.older, family.generation,
    family.replayed - family.older_replays + 1, family.replayed)
end

if origin then
  local next_generation = presented + 1
  local is_new = not family
  local replaced = 0
  if is_new then
    family = unseen_family(next_generation)
  else
    if origin == 'FAST_FORWARDED' then
      family.older = math.max(0, presented - UNSEEN)
      family.older_end = math.max(access_end(family), access_exp)
      family.newer, family.newer_end, family.newer_replays = next_generation, access_exp, 0
    else
      replaced = family.replays
      if now > family.older_end then
        family.older, family.older_end = family.newer, family.newer_end
        family.older_replays = family.newer_replays
        family.newer, family.newer_end, family.newer_replays = next_generation, access_exp, 0
      end
    end
    family.generation, family.made_ms, family.replays = next_generation, now_ms, 0
    family.iat, family.exp = tonumber(ARGV[14]), tonumber(ARGV[15])
    family.agent, family.ip, family.prefix = agent, ip, ARGV[19]
  end
  family.attempt = attempt
  family.newer_end = math.max(family.newer_end, access_exp)
  family.bound_agent, family.bound_ip = bound_agent, bound_ip
  family.minute, family.refreshes = minute, refreshes
  save()
  if is_new then drop_expired(key, now) end
  return reply(origin, presented, presented, family.replayed - replaced + 1, family.replayed)
end

-- A reuse that was only observed comes here, too: it gets the newest child and uses up no grace.
if not reuse_reason() then
  -- Nobody was given the child before.
  if grace_is_over() then family.made_ms, family.replays = now_ms, 0 end
  family.replays = family.replays + 1
end
family.attempt = attempt
family.replayed = family.replayed + 1
family.older_replays, family.newer_replays = family.older_replays + 1, family.newer_replays + 1
bound_agent, bound_ip = family.bound_agent, family.bound_ip
family.newer_end = math.max(family.newer_end, access_exp)
family.minute, family.refreshes = minute, refreshes
save()
return reply('REPLAYED', 0, -1, 0, -1, family.replayed)
