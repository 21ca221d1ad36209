import type { Device } from "./device.ts";
import type { TuningStore } from "./tuned.ts";

const TABLE = "tuning";

/** Keeps the choices made on a device's adapter in the page's IndexedDB, in the database `wgrad`. */
export function browserStore({ identity }: Device): TuningStore {
	const key = identity.description;
	return {
		read: () => request("readonly", (table) => table.get(key)),
		async write(text) {
			await request("readwrite", (table) => table.put(text, key));
		},
	};
}

async function request<T>(
	mode: IDBTransactionMode,
	of: (table: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
	const opening = indexedDB.open("wgrad", 1);
	opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
	const database = await settled(opening);
	try {
		const transaction = database.transaction(TABLE, mode);
		return await settled(of(transaction.objectStore(TABLE)));
	} finally {
		database.close();
	}
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}
