--[[
  Decides what a presented refresh token is worth, and remembers the decision. One call per refresh.

  KEYS[1]  hash with all state of one user

  ARGV, the token
    1  field of the family's lineage        2  field of the family's origin
    3  field of the family's access tokens  4  field of the revoked session
    5  field of the revoked client session  6  field of the user's cut-off
    7  presented generation
    8  session id, compact                  9  client id, compact
   10  session started, s                  11  client session started, s
   12  offline: 1 or 0
   13  child's iat, s                      14  child's exp, s, 0 for none
   15  remember until, s
   16  access token's exp, s               17  prefix of its id
   18  prefix of the login's access token, may be empty
   19  user agent's fingerprint            20  ip's fingerprint
   21  bound user agent, may be empty      22  bound ip, may be empty
  ARGV, the policy
   23  grace, ms                           24  replays in a grace, 0 for no limit
   25  grace compares user agent: 1 or 0   26  grace compares ip: 1 or 0
   27  rotations, 0 for no limit           28  not after, s, 0 for no end
   29  refreshes per minute, 0 for no limit
   30  binding compares user agent: 1 or 0 31  binding compares ip: 1 or 0
   32  on a mismatch: deny, observe or revoke-family
   33  on missing state: adopt or deny     34  observe only: 1 or 0
  ARGV, the client
   35  was it never given the child of this token: yes, no, or ask if it matters

  Returns an array
    1  NEW NEXT FAST_FORWARD ADOPTED REPLAYED, or a refusal:
       REUSED REVOKED MISSING LIMITED EXPIRED THROTTLED MISMATCH,
       or ASK and nothing else: it depends on 35, and nothing was changed
    2  generation of the child to answer with; of a refusal the newest, -1 without a record
    3  child's iat, s                       4  child's exp, s, 0 for none
    5  bound user agent, may be empty       6  bound ip, may be empty
    7  replays in this grace
    8  oldest and                           9  newest generation whose access token is meant: of a
       rotation the replaced one, of a refusal all that may be alive
   10  when the last of them has expired, s
   11  prefix of the login's access token  12  prefix of the others
   13  the refusal that was only observed, or empty
   14  why REUSED: OLDER_GENERATION GRACE_PERIOD_OVER TOO_MANY_REPLAYS OTHER_CONTEXT; what was
       REVOKED: FAMILY CLIENT_SESSION SESSION USER; what a MISMATCH revoked: FAMILY or empty
   15  ms until a THROTTLED refresh may be tried again
  Error replies: WRONGTYPE when the key holds something else, FORMAT when a record is not known.
]]

local key = KEYS[1]
local presented = tonumber(ARGV[7])
local access_exp = tonumber(ARGV[16])
local agent, ip = ARGV[19], ARGV[20]
local grace, max_replays = tonumber(ARGV[23]), tonumber(ARGV[24])
local max_rotations, not_after = tonumber(ARGV[27]), tonumber(ARGV[28])
local per_minute = tonumber(ARGV[29])
local binds_agent, binds_ip = ARGV[30] == '1', ARGV[31] == '1'
local on_mismatch = ARGV[32]
local observe_only = ARGV[34] == '1'
local unanswered = ARGV[35]
local now, now_ms = clock()

local stored = redis.call('HMGET', key, ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
local family
if stored[1] then
  family = read_family(stored[1], stored[3])
  if not family then return redis.error_reply(UNKNOWN_FORMAT) end
end

-- A step in the lineage has an origin; a replay of its last step has none.
local origin
if not family then
  origin = presented == 0 and 'NEW' or 'ADOPTED'
elseif presented == family.generation then
  origin = 'NEXT'
elseif presented > family.generation then
  origin = 'FAST_FORWARD'
end

local bound_agent, bound_ip = ARGV[21], ARGV[22]
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
  if observe_only or only_observed then
    if observed == '' then observed, why = code, because or '' end
    return false
  end
  refusal, why = code, because or ''
  return true
end

local function is_of_other_context()
  return ARGV[25] == '1' and agent ~= family.agent or ARGV[26] == '1' and ip ~= family.ip
end

local function grace_is_used_up()
  -- Without grace there is none either when the clock was set back.
  if grace == 0 or now_ms - family.made_ms >= grace then return 'GRACE_PERIOD_OVER' end
  if max_replays > 0 and family.replays >= max_replays then return 'TOO_MANY_REPLAYS' end
end

-- The second value: the client may be excused.
local function reuse_reason()
  if origin then return nil end
  if presented < family.generation - 1 then return 'OLDER_GENERATION' end
  local used_up = grace_is_used_up()
  if is_of_other_context() then return used_up or 'OTHER_CONTEXT' end
  if unanswered == 'yes' then return nil end
  return used_up, true
end

local function is_elsewhere()
  return binds_agent and agent ~= bound_agent or binds_ip and ip ~= bound_ip
end

local function is_refused()
  local scope = revoked_scope(family and family.revoked or '', stored[4], stored[5], stored[6],
    tonumber(ARGV[10]), tonumber(ARGV[11]))
  if scope and refuses('REVOKED', scope) then return true end
  local reuse, is_excusable = reuse_reason()
  if reuse and is_excusable and unanswered == 'ask' then return refuses('ASK') end
  if reuse and refuses('REUSED', reuse) then return true end
  if origin == 'ADOPTED' and ARGV[33] == 'deny' and refuses('MISSING') then return true end
  if is_elsewhere() then
    local because = on_mismatch == 'revoke-family' and 'FAMILY' or ''
    if refuses('MISMATCH', because, on_mismatch == 'observe') then return true end
  end
  if not_after > 0 and now >= not_after and refuses('EXPIRED') then return true end
  if origin and max_rotations > 0 and presented >= max_rotations and refuses('LIMITED') then
    return true
  end
  if refreshes > per_minute and refuses('THROTTLED') then
    retry_ms = (minute + 60) * 1000 - now_ms
    return true
  end
  return false
end

-- Access tokens of generations that this record has not seen, the login's for one, cannot outlive the
-- one of this refresh by much. How many of them are alive is unknown: 64 are covered.
local UNSEEN = 64

local function unseen_family(generation)
  local unseen = new_family(generation, now_ms)
  unseen.iat, unseen.exp = tonumber(ARGV[13]), tonumber(ARGV[14])
  unseen.agent, unseen.ip = agent, ip
  unseen.older, unseen.older_end = math.max(0, presented - UNSEEN), access_exp
  unseen.newer_end = access_exp
  unseen.login_prefix, unseen.prefix = ARGV[18], ARGV[17]
  return unseen
end

local function save()
  family.retain = math.max(family.retain, tonumber(ARGV[15]))
  redis.call('HSET', key, ARGV[1], lineage_of(family), ARGV[3], access_of(family))
  if not stored[2] then
    redis.call('HSET', key, ARGV[2], origin_of(ARGV[8], ARGV[9], tonumber(ARGV[12]), now))
  end
  keep_until(key, family.retain)
end

local function reply(code, first, last)
  return { code, family.generation, family.iat, family.exp, bound_agent, bound_ip, family.replays,
    first, last, access_end(family), family.login_prefix, family.prefix, observed, why, retry_ms }
end

if is_refused() then
  if refusal == 'ASK' then return { refusal } end
  local ends_family = refusal == 'REUSED' or refusal == 'MISMATCH' and why == 'FAMILY'
  if not family then
    if not ends_family then
      return { refusal, -1, 0, 0, '', '', 0, 0, -1, 0, '', '', '', why, retry_ms }
    end
    family = unseen_family(presented)
  end
  if ends_family then
    family.revoked = refusal:lower()
    save()
  end
  local first, last = family.older, family.generation
  if presented > last then
    -- It was granted while the store was away, and so were others that the store has not seen.
    if presented - last > UNSEEN then first = presented - UNSEEN end
    last = presented
    family.newer_end, family.prefix = math.max(access_end(family), access_exp), ARGV[17]
  end
  return reply(refusal, first, last)
end

if origin then
  local next_generation = presented + 1
  local is_new = not family
  if is_new then
    family = unseen_family(next_generation)
  else
    if origin == 'FAST_FORWARD' then
      family.older = math.max(0, presented - UNSEEN)
      family.older_end = math.max(access_end(family), access_exp)
      family.newer, family.newer_end = next_generation, access_exp
    elseif now > family.older_end then
      family.older, family.older_end = family.newer, family.newer_end
      family.newer, family.newer_end = next_generation, access_exp
    end
    family.generation, family.made_ms, family.replays = next_generation, now_ms, 0
    family.iat, family.exp = tonumber(ARGV[13]), tonumber(ARGV[14])
    family.agent, family.ip, family.prefix = agent, ip, ARGV[17]
  end
  family.newer_end = math.max(family.newer_end, access_exp)
  family.bound_agent, family.bound_ip = bound_agent, bound_ip
  family.minute, family.refreshes = minute, refreshes
  save()
  if is_new then drop_expired(key, now) end
  return reply(origin, presented, presented)
end

-- A reuse that was only observed comes here, too: it gets the newest child and uses up no grace.
if not reuse_reason() then
  -- Nobody was given the child before.
  if grace_is_used_up() then family.made_ms, family.replays = now_ms, 0 end
  family.replays = family.replays + 1
end
bound_agent, bound_ip = family.bound_agent, family.bound_ip
family.newer_end = math.max(family.newer_end, access_exp)
family.minute, family.refreshes = minute, refreshes
save()
return reply('REPLAYED', 0, -1)
