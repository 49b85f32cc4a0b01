-- The storage format of exchanged tokens, see record.lua.

-- The ends of both spans, and the counts of each prefix.
local function read_exchanges(record)
  local parts = split(record)
  if parts[1] ~= '1' then error(redis.error_reply(UNKNOWN_FORMAT)) end
  local counts = {}
  for index = 4, #parts do
    local prefix, first, middle, last = parts[index]:match('^([^:]*):(%d+):(%d+):(%d+)$')
    if not prefix then error(redis.error_reply(UNKNOWN_FORMAT)) end
    counts[#counts + 1] = { prefix = prefix, first = number(first), middle = number(middle),
      last = number(last) }
  end
  return number(parts[2]), number(parts[3]), counts
end
