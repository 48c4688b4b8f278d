package codeferry

import (
	"context"
	"encoding/json"
	"strconv"
)

// batchKey: what was made in one go is one entry of the store, then the next one for what was still lacking.
func batchKey(orderNo string, n int) string { return "codes/" + orderNo + "/" + strconv.Itoa(n) }

func (i *Issuer) batches(ctx context.Context, orderNo string) (kept []Code, count int, err error) {
	for ; ; count++ {
		text, isKept, err := i.store.Get(ctx, batchKey(orderNo, count))
		if err != nil || !isKept {
			return kept, count, err
		}
		var batch []Code
		if err := json.Unmarshal([]byte(text), &batch); err != nil {
			return nil, 0, err
		}
		kept = append(kept, batch...)
	}
}

// give makes the codes of an order once, and gives them again however often they are asked for. It is called by one at
// a time for an order; none, and no error, says that there are none yet.
func (i *Issuer) give(ctx context.Context, order CodeRequest) ([]Code, error) {
	kept, count, err := i.batches(ctx, order.OrderNo)
	if err != nil {
		return nil, err
	}
	order.Outstanding = int64(order.Quantity - len(kept))
	if order.Outstanding <= 0 || i.options.Codes == nil {
		return kept, nil
	}
	made, err := i.options.Codes(ctx, order)
	if err != nil {
		if _, isRefusal := asRefusal(err); isRefusal && len(kept) > 0 {
			return kept, nil
		}
		return nil, err
	}
	made = named(made, kept)
	if int64(len(made)) > order.Outstanding {
		made = made[:order.Outstanding]
	}
	if len(made) == 0 {
		return kept, nil
	}
	text, err := json.Marshal(made)
	if err != nil {
		return nil, err
	}
	if _, err := i.store.Add(ctx, batchKey(order.OrderNo, count), string(text)); err != nil {
		return nil, err
	}
	kept, _, err = i.batches(ctx, order.OrderNo)
	return kept, err
}

// forgetNewest: the platform took none of them, and the next time others are made.
func (i *Issuer) forgetNewest(ctx context.Context, orderNo string) error {
	_, count, err := i.batches(ctx, orderNo)
	if err != nil || count == 0 {
		return err
	}
	return i.store.Remove(ctx, batchKey(orderNo, count-1))
}

// named gives a code without an ItemID the next free number; an ItemID that is there already stays what it was.
func named(made, kept []Code) []Code {
	taken := map[string]bool{}
	for _, code := range kept {
		taken[code.ItemID] = true
	}
	var fresh []Code
	for _, code := range made {
		for number := len(taken) + 1; code.ItemID == ""; number++ {
			if name := strconv.Itoa(number); !taken[name] {
				code.ItemID = name
			}
		}
		if !taken[code.ItemID] {
			fresh = append(fresh, code)
		}
		taken[code.ItemID] = true
	}
	return fresh
}
