-- N queens: how many ways there are for each size, and the first of them. Recursion and small tables.

local function queens(n)
	local columns, up, down, place = {}, {}, {}, {}
	local count, first = 0, nil

	local function try(row)
		if row > n then
			count = count + 1
			first = first or table.concat(place, " ")
			return
		end
		for c = 1, n do
			if not (columns[c] or up[row + c] or down[row - c + n]) then
				place[row] = c
				columns[c], up[row + c], down[row - c + n] = true, true, true
				try(row + 1)
				columns[c], up[row + c], down[row - c + n] = nil, nil, nil
			end
		end
	end
	try(1)
	return count, first
end

for n = 1, 8 do
	print(n, queens(n))
end
