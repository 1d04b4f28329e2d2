-- Strings: 100,000 of them made, joined, searched, replaced and formatted.

local N = 100000
local parts = {}
for i = 1, N do
	parts[i] = string.format("%d:%s", i, string.char(97 + i % 26))
end
local text = table.concat(parts, ",")
print(#text, text:sub(1, 30), text:sub(-20))

local sum = 0
for number in text:gmatch("(%d+):") do
	sum = sum + tonumber(number)
end
print(sum)

local replaced, count = text:gsub("(%d+):e", "<%1>")
print(count, #replaced, replaced:find("<10014>", 1, true))
print(select(2, text:gsub("%d", "")), select(2, text:gsub("[aeiou]", string.upper)))
print(text:reverse():sub(1, 20), text:upper():sub(1, 20), ("x"):rep(5, "-"))

local hash = 0
for i = 1, #text do
	hash = (hash * 31 + text:byte(i)) % 4294967296
end
print(hash)
print(string.format("%5.2f|%-8s|%08x|%q|%g|%e", math.pi, "left", 48879, "a\n\"b\"", 1e100, 12345.678))
print(utf8.char(228, 8364, 128512), utf8.len("ä€"), #string.pack("<i4d", 7, 0.5))
print(string.unpack("<i4d", string.pack("<i4d", -7, 2.25)))
