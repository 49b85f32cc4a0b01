-- Asks the verdict service for each request, and refuses it or adds its headers.

require "apache2"
local socket = require "socket"
local http = require "socket.http"
local ltn12 = require "ltn12"

local verdict = "http://127.0.0.1:8181/verify"

-- In seconds, for connecting and for each read.
local timeout = 2

local claim_headers = { "X-Token-Subject", "X-Token-Client", "X-Token-Scope" }
local refusal_headers = { "WWW-Authenticate", "Retry-After", "Cache-Control" }

local function connection()
  local tcp = socket.tcp()
  tcp:settimeout(timeout)
  return tcp
end

function check(r)
  local _, status, headers = http.request({
    url = verdict,
    headers = { authorization = r.headers_in["Authorization"] },
    create = connection,
    redirect = false,
    sink = ltn12.sink.null(),
  })

  if status == 200 then
    for _, name in ipairs(claim_headers) do
      local value = headers[name:lower()]
      if value then
        r.headers_in[name] = value
      end
    end
    return apache2.OK
  end
  if type(status) ~= "number" or status < 400 or status >= 500 then
    -- The verdict service does not know, or it is not there.
    r.err_headers_out["Retry-After"] = "1"
    return 503
  end
  for _, name in ipairs(refusal_headers) do
    local value = headers[name:lower()]
    if value then
      r.err_headers_out[name] = value
    end
  end
  return status
end
