# opa run --server --addr 127.0.0.1:8181 examples/policy/notes.rego
package notes

# An answer as AuthZEN defines it. Without the default, an undefined rule would be a 503 for every caller.
default authzen := {"decision": false}

authzen := {"decision": true} if {
	input.subject.type == "user"
	input.action.name == "notes.read"
	"notes.read" in input.context.credential.scopes
}

authzen := {"decision": true} if {
	input.subject.type == "user"
	input.action.name == "notes.delete"
	input.context.mission_state_observation.state == "active"
	input.context.class.provider == "https://agent.example"
}
