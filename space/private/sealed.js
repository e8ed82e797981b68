// Tries out whether anything can be sent from here; for the page and for its worker.

// Tries a request to the page's own server. Only the browser's own report that a policy forbade it
// counts: a request may fail for many reasons. Resolves to true or false.
export function connectionsBlocked() {
	return new Promise((resolve) => {
		addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
			if (effectiveDirective === "connect-src") resolve(true);
		});
		const unreported = () => setTimeout(() => resolve(false), 1000); // the report may come after the failure
		fetch(new URL("model/model.json?test", import.meta.url)).then(() => resolve(false), unreported);
	});
}

// Requests that the browser has counted here so far.
export const requestsSoFar = () => performance.getEntriesByType("resource").length;
