// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/infra/yamlfile"
)

// Person is somebody whom the project can count on. Days are midnights in UTC.
type Person struct {
	// Login is the GitHub account, in lower case.
	Login string
	Name  string
	// Zone is where they work, nil if it is not known; Region is the part of
	// the world, by default the first word of the zone ("Europe").
	Zone   *time.Location
	Region string
	// Joined and Left are their first day and the first without them; zero is
	// unknown, and never.
	Joined, Left time.Time
	Employers    []Employment
	// Emails are there only for who agrees that exports publish them.
	Emails []string
	// Away are holidays and absences.
	Away []Interval
	Lead LeadTerms
}

// Interval is from one day to another, both in it. A zero Until has no end, a
// zero From no beginning.
type Interval struct{ From, Until time.Time }

// Employment is who pays somebody, and when.
type Employment struct {
	Name string
	Interval
}

// LeadTerms are on what terms somebody leads releases.
type LeadTerms struct {
	OptOut bool
	// MostPerYear is how many releases of a year they lead at most; 0 is any.
	MostPerYear int
	// Shadows is how many releases they have shadowed that no list shows.
	Shadows int
}

// Covers reports whether a day is in the interval.
func (i Interval) Covers(day time.Time) bool {
	return !day.Before(i.From) && (i.Until.IsZero() || !day.After(i.Until))
}

// AwayOn reports whether the person is away on a day.
func (p Person) AwayOn(day time.Time) bool {
	return slices.ContainsFunc(p.Away, func(i Interval) bool { return i.Covers(day) })
}

// Employer returns who pays the person on a day; empty is nobody. The last
// line of several that fit counts.
func (p Person) Employer(day time.Time) string {
	for _, e := range slices.Backward(p.Employers) {
		if e.Covers(day) {
			return e.Name
		}
	}
	return ""
}

// reLogin is what GitHub takes as a login.
// https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
var reLogin = regexp.MustCompile(`^[a-zA-Z0-9](-?[a-zA-Z0-9])*$`)

// ParsePeople reads a people.yaml, a list of people. File names it in errors.
// All mistakes are reported, each with its place (see yamlfile.Mistakes). Time
// zones are looked up in the machine's database.
func ParsePeople(file string, data []byte) ([]Person, error) {
	f, root := yamlfile.Open(file, data)
	var people []Person
	if root != nil {
		people = ReadPeople(f, root)
	}
	if mistakes := f.Mistakes(); len(mistakes) > 0 {
		return nil, mistakes
	}
	return people, nil
}

// ReadPeople reads such a list inside another file, and returns the people by
// login. Its mistakes are the file's.
func ReadPeople(f *yamlfile.File, list *yaml.Node) []Person {
	var people []Person
	seen := make(map[string]bool)
	for _, item := range sequence(f, list) {
		r := reader{f: f}
		p := r.person(item)
		if seen[p.Login] {
			f.Report(item, "", "%s is there twice", p.Login)
		}
		if p.Login != "" {
			seen[p.Login] = true
			people = append(people, p)
		}
	}
	slices.SortFunc(people, func(a, b Person) int { return strings.Compare(a.Login, b.Login) })
	return people
}

// reader reads values, and reports those that are none.
type reader struct{ f *yamlfile.File }

func (r reader) person(item *yaml.Node) Person {
	var p Person
	for _, field := range r.f.Fields(item) {
		v := field.Value
		switch field.Name {
		case "login":
			p.Login = r.login(v)
		case "name":
			p.Name = r.word(v)
		case "zone":
			p.Zone = r.zone(v)
		case "region":
			p.Region = r.word(v)
		case "joined":
			p.Joined = r.day(v)
		case "left":
			p.Left = r.day(v)
		case "employers":
			p.Employers = r.employers(v)
		case "public_emails":
			for _, item := range r.f.Items(v) {
				p.Emails = append(p.Emails, r.email(item))
			}
		case "away":
			for _, item := range sequence(r.f, v) {
				p.Away = append(p.Away, r.interval(item, nil))
			}
		case "release_lead":
			p.Lead = r.terms(v)
		default:
			r.f.Unknown(field, "", []string{"login", "name", "zone", "region", "joined", "left", "employers", "public_emails", "away", "release_lead"})
		}
	}
	if p.Login == "" {
		r.f.Report(yamlfile.Resolve(item), "every person has a login", "login is missing")
	}
	if p.Region == "" && p.Zone != nil {
		p.Region, _, _ = strings.Cut(p.Zone.String(), "/")
	}
	return p
}

func (r reader) employers(list *yaml.Node) []Employment {
	var all []Employment
	for _, item := range sequence(r.f, list) {
		var e Employment
		e.Interval = r.interval(item, func(field yamlfile.Field) bool {
			if field.Name == "name" {
				e.Name = r.word(field.Value)
			}
			return field.Name == "name"
		})
		if e.Name == "" {
			r.f.Report(yamlfile.Resolve(item), "every employer has a name", "name is missing")
		}
		all = append(all, e)
	}
	return all
}

// interval reads from and until; other takes what else may stand there.
func (r reader) interval(item *yaml.Node, other func(yamlfile.Field) bool) Interval {
	var i Interval
	known := []string{"from", "until"}
	if other != nil {
		known = append(known, "name")
	}
	for _, field := range r.f.Fields(item) {
		switch {
		case field.Name == "from":
			i.From = r.day(field.Value)
		case field.Name == "until":
			i.Until = r.day(field.Value)
		case other == nil || !other(field):
			r.f.Unknown(field, "", known)
		}
	}
	if !i.Until.IsZero() && i.Until.Before(i.From) {
		r.f.Report(yamlfile.Resolve(item), "", "it ends on %s, before it begins", i.Until.Format(time.DateOnly))
	}
	return i
}

func (r reader) terms(n *yaml.Node) LeadTerms {
	var t LeadTerms
	for _, field := range r.f.Fields(n) {
		switch field.Name {
		case "opt_out":
			t.OptOut = r.f.Bool(field.Value)
		case "most_per_year":
			t.MostPerYear = r.count(field.Value)
		case "shadows":
			t.Shadows = r.count(field.Value)
		default:
			r.f.Unknown(field, "", []string{"opt_out", "most_per_year", "shadows"})
		}
	}
	return t
}

func (r reader) word(n *yaml.Node) string {
	n = yamlfile.Resolve(n)
	if n.Kind != yaml.ScalarNode || n.Value == "" || n.ShortTag() == "!!null" {
		r.f.Report(n, "", "want a word")
		return ""
	}
	// A name goes into tables and into files of lines.
	if strings.ContainsFunc(n.Value, func(c rune) bool { return !strconv.IsPrint(c) }) || strings.TrimSpace(n.Value) != n.Value {
		r.f.Report(n, "", "want a word in one line, without spaces around it or unprintable characters, found %q", n.Value)
		return ""
	}
	return n.Value
}

var reEmail = regexp.MustCompile(`^[^\s@!,:]+@[^\s@!,:]+$`)

func (r reader) email(n *yaml.Node) string {
	word := r.word(n)
	if word != "" && !reEmail.MatchString(word) {
		r.f.Report(yamlfile.Resolve(n), "want an address, such as alice@example.com", "%q is no e-mail address", word)
	}
	return word
}

func (r reader) login(n *yaml.Node) string {
	word := r.word(n)
	if word != "" && !reLogin.MatchString(word) {
		r.f.Report(yamlfile.Resolve(n), "want a GitHub login, without @", "login is %q", word)
		return ""
	}
	return strings.ToLower(word)
}

func (r reader) zone(n *yaml.Node) *time.Location {
	word := r.word(n)
	// Go takes "Local" for the machine's own, which is another one elsewhere.
	zone, err := time.LoadLocation(word)
	if word != "" && (err != nil || word == "Local") {
		r.f.Report(yamlfile.Resolve(n), "want a name of the IANA database, such as Europe/Berlin", "zone is %q", word)
		return nil
	}
	if word == "" {
		return nil
	}
	return zone
}

func (r reader) day(n *yaml.Node) time.Time {
	word := r.word(n)
	day, err := time.Parse(time.DateOnly, word)
	if word != "" && err != nil {
		r.f.Report(yamlfile.Resolve(n), "want a day, such as 2027-01-26", "%q is no day", word)
	}
	return day
}

func (r reader) count(n *yaml.Node) int {
	word := r.word(n)
	count, err := strconv.Atoi(word)
	if word != "" && (err != nil || count < 0 || count > 1000) {
		r.f.Report(yamlfile.Resolve(n), "want a number from 0 to 1000", "%q is no such number", word)
		return 0
	}
	return count
}

func sequence(f *yamlfile.File, n *yaml.Node) []*yaml.Node {
	n = yamlfile.Resolve(n)
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		f.Report(n, "write - … below it", "want a list")
		return nil
	}
	return n.Content
}
