-- The action token_guard: asks the verdict service, and refuses the request or adds its headers.
-- HAProxy 2.5 or newer, for core.httpclient.

-- A number as the address: a name would need a section "resolvers".
local verdict = "http://127.0.0.1:8181/verify"

-- Time for a decision, in milliseconds.
local timeout = 2000

-- What the API gets. Those of the client are removed.
local claim_headers = { "x-token-subject", "x-token-client", "x-token-scope" }

-- Headers of a refusal.
local refusal_headers = { "www-authenticate", "retry-after", "cache-control" }

local unavailable = { status = 503, headers = { ["retry-after"] = { "1" } } }

-- HAProxy counts the values of a header from 0.
local function values_of(headers, name)
  local values = {}
  local found = headers and headers[name]
  for index = 0, found and #found or -1 do
    values[#values + 1] = found[index]
  end
  return values
end

local function refuse(txn, response)
  local headers = {}
  for _, name in ipairs(refusal_headers) do
    local values = values_of(response.headers, name)
    if #values > 0 then
      headers[name] = values
    end
  end
  txn:done(txn:reply({ status = response.status, headers = headers }))
end

core.register_action("token_guard", { "http-req" }, function(txn)
  local request = {}
  local tokens = values_of(txn.http:req_get_headers(), "authorization")
  if #tokens > 0 then
    request["authorization"] = tokens
  end
  local response = core.httpclient():get({ url = verdict, headers = request, timeout = timeout })

  if response.status == 200 then
    for _, name in ipairs(claim_headers) do
      txn.http:req_del_header(name)
      local value = values_of(response.headers, name)[1]
      if value then
        txn.http:req_set_header(name, value)
      end
    end
  elseif response.headers and response.status >= 400 and response.status < 500 then
    refuse(txn, response)
  else
    -- The verdict service does not know, or it is not there.
    txn:done(txn:reply(unavailable))
  end
end, 0)
