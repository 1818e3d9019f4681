// SPDX-License-Identifier: Apache-2.0

package decide

// why obeys /why. The answer is written once the criteria are known.
func (d *decision) why(r Remark, args []string) bool {
	if len(args) > 0 {
		return false
	}
	d.reply(r.Ref, whyPlace)
	return true
}

// whyPlace stands for the answer until then.
const whyPlace = "\x00why"

func (d *decision) explain(criteria []Criterion) {
	for _, paragraphs := range d.replies {
		for i, p := range paragraphs {
			if p == whyPlace {
				paragraphs[i] = sayWhy(criteria)
			}
		}
	}
}
