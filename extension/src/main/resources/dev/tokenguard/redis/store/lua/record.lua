--[[
  The record of a token family: the only place that knows how it is stored. Scripts on families include
  it.

  A family is two fields in the hash of its user, and one in the order of its client; each value is
  short enough for a compact hash (64 bytes by default). Fields of a family are named by a kind, a
  colon and the family's id, compact. Text, separated by commas; times are seconds since the epoch
  unless ms is said. 1 is the version of the format.

    f:  lineage        1, newest generation, made ms, iat minus made, exp minus iat (empty: no exp),
                       remember until minus exp, or minus iat without one, replays in this grace,
                       user agent and ip of the request that rotated (empty: revoked before its login
                       was recorded), attempt that was granted the newest child last, revoked because
                       (empty: active), begin of a minute minus made, refreshes in that minute
    a:  access tokens  older span: newest minus first generation, end minus made, newer span: the same,
                       prefix of the login's id, prefix of the others', bound user agent, bound ip,
                       replays of the family, replays since the older span began, since the newer
    p:  parent         tag of the access token for which it began; only after a token exchange

  The families of a client are numbered in the order in which they were recorded:
    i:<client>.<number>  origin   session id, family id, first recorded, offline (1)
    h:<client>           order    1, first number that counts, next number, watermark; without it
                                  the one family of the client, if there is one, is number 1
  Numbers below the first are left to families that no longer count: revoked, or expired.

  A family that is revoked because there were too many of its client is kept until its access tokens
  have expired. If it were kept as long as its refresh tokens, a script that logs in would fill the
  hash. The watermark stands for these: the largest iat among the newest refresh tokens of such
  families. A refresh token without a record that was issued then or earlier is refused. The key, and
  with it the watermark, lives at least as long as the refresh tokens: its end is never brought
  forward.

  To save space a number that is 0 is left out, but for exp minus iat, and so are commas at the end.

  The two spans name the access tokens that may be unexpired: those before the older span have
  expired. A new span begins when all of the older one has expired, so they cover what is unexpired
  and little more, however often a family rotates.

  Beside the families:
    s:  revoked session, online    1, cut-off, remember until: began at the cut-off or before
    o:  revoked session, offline   likewise
    c:  revoked client session     1, cut-off, remember until: began before the cut-off
    k:  all at a client            likewise
    u   all of the user            likewise
    x:  what was exchanged         1, end of the older span, end of the newer, then for each prefix of
                                   ids: prefix, first, first of the newer span, last, with colons
]]

local UNKNOWN_FORMAT = 'FORMAT unknown record of a token family or a revocation'

-- The field of what revokes all of the user.
local USER_MARK = 'u'

-- The fields of a family and of what can revoke it.
local function fields_of(token)
  local client = token.client
  return 'f:' .. token.family, 'a:' .. token.family, (token.offline and 'o:' or 's:') .. token.session,
    'c:' .. token.session .. '.' .. client, 'k:' .. client
end

-- The field of the order of a client's families, and those of their origins but for the number.
local function order_fields_of(token)
  return 'h:' .. token.client, 'i:' .. token.client .. '.'
end

local function text(number)
  return string.format('%.0f', number)
end

local function split(record)
  local parts = {}
  for part in (record .. ','):gmatch('([^,]*),') do
    parts[#parts + 1] = part
  end
  return parts
end

-- The parts of a family, those at the end optional. A lineage of another version does not match. Each
-- refresh reads them; split takes three times as long.
local LINEAGE = '^1,([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*)'
  .. ',?([^,]*),?([^,]*),?([^,]*),?([^,]*),?([^,]*)'
local ACCESS = '^([^,]*),?([^,]*),?([^,]*),?([^,]*),?([^,]*),?([^,]*),?([^,]*),?([^,]*)'
  .. ',?([^,]*),?([^,]*),?([^,]*)'

local function clock()
  local time = redis.call('TIME')
  local now = tonumber(time[1])
  return now, now * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function number(part)
  return tonumber(part) or 0
end

local function second(ms)
  return math.floor(ms / 1000)
end

-- nil when the fields are not a family of a known version
local function read_family(lineage, access)
  local generation, made_ms, iat, exp, retain, replays, agent, ip, attempt, revoked, minute, refreshes =
    lineage:match(LINEAGE)
  if not generation or not access then return nil end
  local older, older_end, newer, newer_end, login_prefix, prefix, bound_agent, bound_ip, replayed,
    older_replays, newer_replays = access:match(ACCESS)
  local newest, made = number(generation), second(number(made_ms))
  local issued, counted = made + number(iat), number(refreshes)
  return {
    generation = newest, made_ms = number(made_ms), iat = issued,
    exp = exp == '' and 0 or issued + number(exp),
    retain = issued + number(exp) + number(retain), replays = number(replays),
    attempt = attempt, agent = agent, ip = ip, revoked = revoked,
    minute = counted == 0 and 0 or made + number(minute), refreshes = counted,
    older = newest - number(older), older_end = made + number(older_end),
    newer = newest - number(newer), newer_end = made + number(newer_end),
    login_prefix = login_prefix, prefix = prefix, bound_agent = bound_agent, bound_ip = bound_ip,
    replayed = number(replayed), older_replays = number(older_replays),
    newer_replays = number(newer_replays),
  }
end

-- nil when it is not of a known version; the second value: revoked because
local function remembered_until(lineage)
  local generation, made_ms, iat, exp, retain, _, _, _, _, revoked = lineage:match(LINEAGE)
  if not generation then return nil end
  return second(number(made_ms)) + number(iat) + number(exp) + number(retain), revoked
end

-- Else it was revoked before its login was recorded, and nothing more is known.
local function is_begun(family)
  return family.agent ~= ''
end

local function short(number)
  return number == 0 and '' or text(number)
end

local function without_last_commas(record)
  return record:match('^(.*[^,])') or ''
end

local function lineage_of(family)
  local made = second(family.made_ms)
  local has_end = family.exp ~= 0
  return without_last_commas('1,' .. short(family.generation) .. ',' .. short(family.made_ms)
    .. ',' .. short(family.iat - made) .. ',' .. (has_end and text(family.exp - family.iat) or '')
    .. ',' .. short(family.retain - (has_end and family.exp or family.iat)) .. ',' .. short(family.replays)
    .. ',' .. family.agent .. ',' .. family.ip .. ',' .. family.attempt .. ',' .. family.revoked
    .. ',' .. (family.refreshes == 0 and '' or short(family.minute - made)) .. ',' .. short(family.refreshes))
end

local function access_of(family)
  local made = second(family.made_ms)
  return without_last_commas(short(family.generation - family.older)
    .. ',' .. short(family.older_end - made) .. ',' .. short(family.generation - family.newer)
    .. ',' .. short(family.newer_end - made) .. ',' .. family.login_prefix .. ',' .. family.prefix
    .. ',' .. family.bound_agent .. ',' .. family.bound_ip .. ',' .. short(family.replayed)
    .. ',' .. short(family.older_replays) .. ',' .. short(family.newer_replays))
end

-- One that nothing is known of yet.
local function new_family(generation, now_ms)
  local now = second(now_ms)
  return {
    generation = generation, made_ms = now_ms, iat = now, exp = 0, retain = 0, replays = 0,
    attempt = '', agent = '', ip = '', revoked = '', minute = 0, refreshes = 0,
    older = generation, older_end = now, newer = generation, newer_end = now,
    login_prefix = '', prefix = '', bound_agent = '', bound_ip = '',
    replayed = 0, older_replays = 0, newer_replays = 0,
  }
end

-- What is only needed to grant a refresh is dropped: the record then stays within 64 bytes.
local function revoke(family, because)
  if family.revoked == '' then family.revoked = because end
  family.replays, family.refreshes, family.attempt = 0, 0, ''
end

local function access_end(family)
  return math.max(family.older_end, family.newer_end)
end

-- The access tokens of a family that may be unexpired, behind what the caller knows it by.
local function access_tokens(name, family)
  return { name, family.older, family.generation, family.replayed - family.older_replays + 1,
    family.replayed, access_end(family), family.login_prefix, family.prefix }
end

-- Its cut-off, and until when it is remembered. What a newer version means by it is not guessed at:
-- the script ends.
local function read_mark(mark)
  local parts = split(mark)
  if parts[1] ~= '1' then error(redis.error_reply(UNKNOWN_FORMAT)) end
  return number(parts[2]), number(parts[3])
end

-- What was revoked, the narrowest first: by the record of the family, and by the marks as stored.
local function revoked_scope(because, session_mark, client_session_mark, client_mark, user_mark,
    started, client_started)
  if because ~= '' then return 'FAMILY' end
  if session_mark and started <= read_mark(session_mark) then return 'SESSION' end
  if client_session_mark and client_started < read_mark(client_session_mark)
    or client_mark and client_started < read_mark(client_mark) then
    return 'CLIENT_SESSION'
  end
  if user_mark and started < read_mark(user_mark) then return 'USER' end
end

-- GT leaves a key without an end as it is: that of a hash which was made just now.
local function keep_until(key, retain)
  local is_later = redis.call('EXPIREAT', key, text(retain), 'GT') == 1
  if not is_later and redis.call('EXPIRETIME', key) == -1 then
    redis.call('EXPIREAT', key, text(retain))
  end
end

-- The first number that counts, the next one and the watermark, 0 for none, of what is stored of the
-- order and of number 1.
local function read_order(order, one)
  if not order then return 1, one and 2 or 1, 0 end
  local first, following, watermark = order:match('^1,(%d+),(%d+),?(%d*)$')
  if not first then error(redis.error_reply(UNKNOWN_FORMAT)) end
  return tonumber(first), tonumber(following), number(watermark)
end

local function write_order(key, order_field, first, following, watermark)
  redis.call('HSET', key, order_field, without_last_commas(
    '1,' .. text(first) .. ',' .. text(following) .. ',' .. short(watermark)))
end

-- Gives a family its number. Returns the first number that counts, its own, and the watermark.
local function enlist(key, token, order, one, now)
  local order_field, origins = order_fields_of(token)
  local first, own, watermark = read_order(order, one)
  redis.call('HSET', key, origins .. text(own), without_last_commas(
    token.session .. ',' .. token.family .. ',' .. text(now) .. ',' .. (token.offline and '1' or '')))
  if own > 1 then write_order(key, order_field, first, own + 1, watermark) end
  if token.parent then redis.call('HSET', key, 'p:' .. token.family, token.parent) end
  return first, own, watermark
end

-- Fields have no TTL of their own. Each new family looks at 30 others, or less if they are less, and
-- drops what nobody can use any more: a small part of what a hash holds has expired, at a cost that
-- does not grow with it. What a newer version wrote is left to it.
local function drop_expired(key, now)
  local is_mark = { ['s:'] = true, ['o:'] = true, ['c:'] = true, ['k:'] = true, ['x:'] = true, u = true }
  local sample = redis.call('HRANDFIELD', key, 30, 'WITHVALUES')
  local origins, lineages, dropped = {}, {}, {}
  local function drop_family(name)
    dropped[#dropped + 1] = 'f:' .. name
    dropped[#dropped + 1] = 'a:' .. name
    dropped[#dropped + 1] = 'p:' .. name
  end
  for index = 1, #sample, 2 do
    local field, record = sample[index], sample[index + 1]
    local kind = field:sub(1, 2)
    if kind == 'f:' then
      local last = remembered_until(record)
      if last and last < now then drop_family(field:sub(3)) end
    elseif kind == 'i:' then
      local name = record:match('^[^,]*,([^,]*)')
      if name then
        origins[#origins + 1] = field
        lineages[#lineages + 1] = 'f:' .. name
      end
    elseif is_mark[kind] then
      local mark = split(record)
      if mark[1] == '1' and number(mark[3]) < now then dropped[#dropped + 1] = field end
    end
  end
  if #origins > 0 then
    local records = redis.call('HMGET', key, unpack(lineages))
    for index, field in ipairs(origins) do
      local last = records[index] and remembered_until(records[index])
      if not records[index] or last and last < now then
        dropped[#dropped + 1] = field
        drop_family(lineages[index]:sub(3))
      end
    end
  end
  if #dropped > 0 then redis.call('HDEL', key, unpack(dropped)) end
end
