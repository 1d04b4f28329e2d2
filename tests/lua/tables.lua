-- Tables: 100,000 entries sorted, counted, removed, shared by closures and coroutines.

local N = 100000
local seed = 42
local function random()
	seed = (seed * 1103515245 + 12345) % 2147483648
	return seed
end

local numbers = {}
for i = 1, N do
	numbers[i] = random()
end
table.sort(numbers)
local ordered = true
for i = 2, N do
	ordered = ordered and numbers[i - 1] <= numbers[i]
end
print(ordered, numbers[1], numbers[N // 2], numbers[N])

local buckets = {}
for _, number in ipairs(numbers) do
	local key = "k" .. number % 1000
	buckets[key] = (buckets[key] or 0) + 1
end
local keys = {}
for key in pairs(buckets) do
	keys[#keys + 1] = key
end
table.sort(keys)
print(#keys, keys[1], buckets[keys[1]], keys[#keys], buckets[keys[#keys]])

for i = N, 1, -1 do
	if i % 3 == 0 then
		table.remove(numbers)
	end
end
print(#numbers, select("#", table.unpack(numbers, 1, 200)))

local sieve, primes = {}, 0
for i = 2, N do
	if not sieve[i] then
		primes = primes + 1
		for j = i * i, N, i do
			sieve[j] = true
		end
	end
end
print(primes)

local function numbers_from(first)
	return coroutine.wrap(function()
		for i = first, math.huge do
			coroutine.yield(i)
		end
	end)
end
local next_number, total = numbers_from(1), 0
for _ = 1, N do
	total = total + next_number()
end
print(total, math.type(total))

local Point = {}
Point.__index = Point
Point.__add = function(a, b) return setmetatable({x = a.x + b.x, y = a.y + b.y}, Point) end
Point.__eq = function(a, b) return a.x == b.x and a.y == b.y end
Point.__tostring = function(p) return "(" .. p.x .. ", " .. p.y .. ")" end
local p = setmetatable({x = 0, y = 0}, Point)
for i = 1, N do
	p = p + setmetatable({x = i, y = -i}, Point)
end
print(tostring(p), p == setmetatable({x = 5000050000, y = -5000050000}, Point))
collectgarbage()
print((pcall(error, {code = 7})), (select(2, pcall(function() error("text", 0) end))))
