-- Floating point and integers: a matrix, series, and the edges of both kinds of numbers.

local n = 60
local function matrix(f)
	local m = {}
	for i = 1, n do
		m[i] = {}
		for j = 1, n do
			m[i][j] = f(i, j)
		end
	end
	return m
end
local a, b = matrix(function(i, j) return i / j end), matrix(function(i, j) return j - i / 3 end)
local c = matrix(function(i, j)
	local sum = 0.0
	for k = 1, n do
		sum = sum + a[i][k] * b[k][j]
	end
	return sum
end)
print(string.format("%.10f %.10f %.6f", c[1][1], c[n][1], c[n][n]))

local pi = 0
for i = 0, 100000 do
	pi = pi + (i % 2 == 0 and 4 or -4) / (2 * i + 1)
end
print(string.format("%.9f %.12f %.12f", pi, math.sin(1), math.exp(1)))
print(math.maxinteger, math.mininteger, math.maxinteger + 1 == math.mininteger)
print(7 // 2, -7 // 2, 7 % -3, -7 % 3, 7 // 0.0, -7 // 0.0, 0.0 / 0.0 ~= 0.0 / 0.0)
print(1e15, 1e16, 2^53, 10 // 0.3, 3.0 == 3, math.tointeger(3.0), 0x7fffffffffffffff + 0)
print(1 << 63, -1 >> 1, 5 & 6, 5 | 6, 5 ~ 6, ~0)
print(math.floor(-3.5), math.ceil(-3.5), math.fmod(-7, 3), math.sqrt(2), 8 // 3 * 3 + 8 % 3)
print(tostring(1e300 * 1e10), tostring(-1e300 * 1e10), 0.1 + 0.2, 100 / 3)
