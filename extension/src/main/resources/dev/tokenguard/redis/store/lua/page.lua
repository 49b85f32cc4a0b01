--[[
  A page of the recorded families of one user, for find.lua and revoke.lua. The size of a page is
  bounded, so that no call blocks Redis for long. A family may be on two pages.

  Returns an array: the cursor, 0 after the last page; then an array for each family
    1  its id, compact                      2  newest generation
    3  time of its issue, ms                4  reason of the revocation, empty if active
    5  session id, compact                  6  client id, compact
    7  time of the first record, s          8  offline: 1 or empty
    9  tag of the token for which it was issued by token exchange, or empty
   10  oldest and                          11  newest generation whose access token may be unexpired
   12  oldest and                          13  newest replay, likewise
   14  latest expiry of these, s
   15  prefix of the login's access token  16  prefix of the others
  5 to 9 are empty for a family that was revoked before its login was recorded.
]]

-- from: the cursor of the last page, 0 for the first one.
local function families_page(key, from)
  local now = clock()
  local page = redis.call('HSCAN', key, from, 'COUNT', 500)
  local found, is_listed = { page[1] }, {}
  local user_mark = redis.call('HGET', key, 'u')

  local function list(id, lineage, access, session, client, created, offline, parent, because)
    local family = read_family(lineage, access)
    if not family then error(redis.error_reply(UNKNOWN_FORMAT)) end
    if family.retain < now then return end
    local row = { id, family.generation, family.made_ms,
      family.revoked ~= '' and family.revoked or because, session, client, created, offline, parent }
    local tokens = access_tokens(id, family)
    if access_end(family) < now then tokens[2], tokens[4] = tokens[3] + 1, tokens[5] + 1 end
    for index = 2, #tokens do row[#row + 1] = tokens[index] end
    found[#found + 1] = row
  end

  -- The start of its session is not recorded; it is not after that of the family.
  local function covering_mark(created, marks)
    local scope = revoked_scope('', marks[1], marks[2], marks[3], user_mark, created, created)
    return scope and scope:lower() or ''
  end

  for index = 1, #page[2], 2 do
    local field, value = page[2][index], page[2][index + 1]
    local kind = field:sub(1, 2)
    if kind == 'i:' then
      local client = field:match('^i:(.*)%.%d+$')
      local parts = split(value)
      local session, id, created, offline = parts[1], parts[2], parts[3] or '', parts[4] or ''
      if client and id and not is_listed[id] then
        is_listed[id] = true
        local record = redis.call('HMGET', key, 'f:' .. id, 'a:' .. id, 'p:' .. id,
          (offline == '1' and 'o:' or 's:') .. session, 'c:' .. session .. '.' .. client, 'k:' .. client)
        if record[1] then
          list(id, record[1], record[2], session, client, created, offline, record[3] or '',
            covering_mark(number(created), { record[4], record[5], record[6] }))
        end
      end
    elseif kind == 'f:' then
      local id = field:sub(3)
      local access = redis.call('HGET', key, 'a:' .. id)
      local family = read_family(value, access)
      if not family then error(redis.error_reply(UNKNOWN_FORMAT)) end
      -- All other families are in the order of their client.
      if not is_begun(family) then list(id, value, access, '', '', '', '', '', '') end
    end
  end
  return found
end
